//! A value of every kind of type.

use flow_cilium::gob::{GobStream, Kind, Value};

use super::golden;

/// The value as text, as far down as it goes.
fn shown(value: &Value<'_>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let joined = |parts: Vec<String>| parts.join(" ");
    match value.kind() {
        Kind::Bool => value.as_bool().unwrap().to_string(),
        Kind::Int => value.as_i64().unwrap().to_string(),
        Kind::Uint => value.as_u64().unwrap().to_string(),
        Kind::Float => format!("{:?}", value.as_f64().unwrap()),
        Kind::Bytes => format!("{:?}", value.as_bytes().unwrap()),
        Kind::String => format!("\"{}\"", text(value.as_bytes().unwrap())),
        Kind::Opaque => format!("<{}>", text(value.as_bytes().unwrap())),
        Kind::Slice => {
            let parts = value.elements().map(|element| shown(&element)).collect();
            format!("[{}]", joined(parts))
        }
        Kind::Map => {
            let pair = |(key, element)| format!("{}:{}", shown(&key), shown(&element));
            format!("map[{}]", joined(value.entries().map(pair).collect()))
        }
        Kind::Struct => {
            let field = |(name, field): (&[u8], _)| format!("{}={}", text(name), shown(&field));
            format!("{{{}}}", joined(value.fields().map(field).collect()))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn every_kind_of_type() {
    let mut stream = GobStream::default();
    let mut values = Vec::new();
    for byte in golden("kinds.gob") {
        stream.push(&[byte]);
        while let Some(value) = stream.next_value().unwrap() {
            values.push(shown(&value));
        }
    }
    assert_eq!(stream.pending(), 0);
    let expected = [
        "{Yes=true Int8=-128 Int64=9223372036854775807 Lowest=-9223372036854775808 Uint8=255 \
         Uint64=18446744073709551615 Half=17.5 Small=-0.25 Infinite=-inf Complex=Complex \
         Bytes=[0, 255] Text=\"tëxt\" Array=[1 0 -3] Zeros=[0 0] Slices=[[\"a\" \"\"] [] [\"b\"]] \
         Map=map[\"one\":1] Nested=map[-7:map[\"k\":[true false]]] Pointer=-42 \
         Tree={Name=\"root\" Left={Name=\"left\" Right={Name=\"leaf\"}}} Encoded=<gob e> \
         Binary=<binary b> Some=Interface Last=99}",
        "7",
        "\"alone\"",
        "[5 6]",
        "map[\"k\":\"v\"]",
        "{Array=[0 0 0] Zeros=[0 0]}",
        "300",
        "<gob top>",
    ];
    assert_eq!(values.len(), expected.len());
    for (value, expected) in values.iter().zip(expected) {
        assert_eq!(value, expected);
    }
}
