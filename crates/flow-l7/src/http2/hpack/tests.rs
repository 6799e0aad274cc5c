use proptest::prelude::*;

use super::*;
use crate::error::L7Problem;
use crate::flags::L7Flags;
use crate::http2::exercise::hpack;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter(|digit| !digit.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).unwrap())
        .collect()
}

fn fields(block: &FieldBlock) -> Vec<String> {
    let text = |part: Option<&[u8]>| match part {
        Some(part) => String::from_utf8_lossy(part).into_owned(),
        None => "?".to_owned(),
    };
    block
        .fields()
        .map(|field| format!("{}: {}", text(field.name), text(field.value)))
        .collect()
}

fn decoded(decoder: &mut Decoder, hex: &str) -> Vec<String> {
    let mut block = FieldBlock::default();
    decoder.decode(&bytes(hex), &mut block).unwrap();
    decoder.check();
    fields(&block)
}

const FIRST: [&str; 4] = [
    ":method: GET",
    ":scheme: http",
    ":path: /",
    ":authority: www.example.com",
];

#[test]
fn requests_of_appendix_c_3_and_c_4() {
    for [first, second, third] in [
        [
            "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
            "8286 84be 5808 6e6f 2d63 6163 6865",
            "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
        ],
        [
            "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
            "8286 84be 5886 a8eb 1064 9cbf",
            "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
        ],
    ] {
        let mut decoder = Decoder::new(4096);
        assert_eq!(decoded(&mut decoder, first), FIRST);
        let second = decoded(&mut decoder, second);
        assert_eq!(second[..4], FIRST);
        assert_eq!(second[4..], ["cache-control: no-cache"]);
        assert_eq!(
            decoded(&mut decoder, third),
            [
                ":method: GET",
                ":scheme: https",
                ":path: /index.html",
                ":authority: www.example.com",
                "custom-key: custom-value",
            ]
        );
    }
}

#[test]
fn responses_of_appendix_c_6_evict_entries() {
    let mut decoder = Decoder::new(256);
    let first = decoded(
        &mut decoder,
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
         2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
    );
    assert_eq!(
        first,
        [
            ":status: 302",
            "cache-control: private",
            "date: Mon, 21 Oct 2013 20:13:21 GMT",
            "location: https://www.example.com",
        ]
    );
    let second = decoded(&mut decoder, "4883 640e ffc1 c0bf");
    assert_eq!(second[0], ":status: 307");
    assert_eq!(second[1..], first[1..]);
    let third = decoded(
        &mut decoder,
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
         77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
         9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    );
    assert_eq!(
        third,
        [
            ":status: 200",
            "cache-control: private",
            "date: Mon, 21 Oct 2013 20:13:22 GMT",
            "location: https://www.example.com",
            "content-encoding: gzip",
            "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
        ]
    );
}

#[test]
fn literals_that_are_no_entries() {
    // Appendix C.2.2 to C.2.4.
    let mut decoder = Decoder::new(4096);
    assert_eq!(
        decoded(&mut decoder, "040c 2f73 616d 706c 652f 7061 7468"),
        [":path: /sample/path"]
    );
    assert_eq!(
        decoded(&mut decoder, "1008 7061 7373 776f 7264 0673 6563 7265 74"),
        ["password: secret"]
    );
    assert_eq!(decoded(&mut decoder, "82"), [":method: GET"]);
    let mut block = FieldBlock::default();
    let error = decoder.decode(&[0xbe], &mut block).unwrap_err();
    assert_eq!(error.problem, L7Problem::Value, "nothing became an entry");
}

#[test]
fn after_a_missed_start_what_is_known_is_reported() {
    let mut decoder = Decoder::new(4096);
    decoder.lose();
    let mut block = FieldBlock::default();
    // A known entry, an entry that was missed, a literal whose name was missed, a new entry.
    let bytes = bytes("82 be 7f00 0178 4001 6101 62");
    decoder.decode(&bytes, &mut block).unwrap();
    assert_eq!(fields(&block), [":method: GET", "?: ?", "?: x", "a: b"]);
    assert_eq!(block.fields().flags(), L7Flags::MISSED_START);
    // The newest entries are known from here on.
    decoder.decode(&[0xbe, 0xbf, 0xc0], &mut block).unwrap();
    assert_eq!(fields(&block), ["a: b", "?: x", "?: ?"]);
}

#[test]
fn what_is_no_block_is_an_error() {
    let fail = |bytes: &[u8]| {
        let mut block = FieldBlock::default();
        let error = Decoder::new(4096).decode(bytes, &mut block).unwrap_err();
        assert!(!block.fields().flags().is_empty());
        error.problem
    };
    assert_eq!(fail(&[0x80]), L7Problem::Value, "index 0");
    assert_eq!(fail(&[0xbe]), L7Problem::Value, "no such entry");
    assert_eq!(
        fail(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        L7Problem::Value,
        "too large"
    );
    assert_eq!(fail(&[0xff, 0xff]), L7Problem::Truncated);
    assert_eq!(fail(&[0x44, 5, b'a']), L7Problem::Truncated);
    assert_eq!(fail(&[0x44, 0x81, 0]), L7Problem::Value, "padding");
}

#[test]
fn sizes_of_the_table() {
    let mut decoder = Decoder::new(4096);
    decoded(&mut decoder, "4001 6101 62 4001 6301 64");
    assert_eq!(decoded(&mut decoder, "be bf"), ["c: d", "a: b"]);
    // One entry of 34 bytes is left, then none.
    let mut block = FieldBlock::default();
    decoder.decode(&[0x3f, 40 - 31, 0xbe], &mut block).unwrap();
    assert_eq!(fields(&block), ["c: d"]);
    decoder.decode(&[0x20], &mut block).unwrap();
    assert!(decoder.decode(&[0xbe], &mut block).is_err());
}

fn lists() -> impl Strategy<Value = Vec<Vec<(String, String)>>> {
    let name = prop_oneof![
        Just(":path".to_owned()),
        Just(":status".to_owned()),
        Just("content-type".to_owned()),
        "[a-d]{1,2}",
        "[a-z]{1,40}",
    ];
    let value = prop_oneof!["[0-9]{1,3}", "[ -~]{0,60}", "[a-z]{200,900}"];
    prop::collection::vec(prop::collection::vec((name, value), 1..12), 1..8)
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
        hpack(&data);
    }

}

proptest! {
    // The other crate takes its time.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_another_crate_encodes_comes_back(blocks in lists(), join in 0_usize..8) {
        let mut encoder = fluke_hpack::Encoder::new();
        let mut decoder = Decoder::new(4096);
        let mut joined = Decoder::new(4096);
        joined.lose();
        let mut block = FieldBlock::default();
        for (index, list) in blocks.iter().enumerate() {
            let coded = encoder.encode(list.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
            decoder.decode(&coded, &mut block).unwrap();
            decoder.check();
            prop_assert_eq!(block.fields().flags(), L7Flags::NONE);
            let found: Vec<_> = block
                .fields()
                .map(|field| (field.name.unwrap().to_vec(), field.value.unwrap().to_vec()))
                .collect();
            let expected: Vec<_> = list
                .iter()
                .map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes()))
                .collect();
            prop_assert_eq!(&found, &expected);

            // Joined later: what is told is right, and what is not is said so.
            if index >= join {
                joined.decode(&coded, &mut block).unwrap();
                joined.check();
                let mut is_missing = false;
                for (field, (name, value)) in block.fields().zip(list) {
                    prop_assert!(field.name.is_none_or(|found| found == name.as_bytes()));
                    prop_assert!(field.value.is_none_or(|found| found == value.as_bytes()));
                    is_missing |= field.name.is_none() || field.value.is_none();
                }
                prop_assert_eq!(block.fields().count(), list.len());
                prop_assert_eq!(!block.fields().flags().is_empty(), is_missing);
            }
        }
    }

    #[test]
    fn what_another_crate_decodes_is_decoded_alike(
        blocks in prop::collection::vec(
            prop::collection::vec(prop_oneof![0x80_u8..0xc8, 0_u8..8, Just(0x40), any::<u8>()], 0..40),
            1..4),
    ) {
        let mut theirs = fluke_hpack::Decoder::new();
        let mut ours = Decoder::new(4096);
        let mut block = FieldBlock::default();
        for coded in blocks {
            // It takes a size of the table that is larger than what was agreed, we keep ours.
            if coded.iter().any(|byte| (0x20..0x40).contains(byte)) {
                break;
            }
            let Ok(expected) = theirs.decode(&coded) else { break };
            ours.decode(&coded, &mut block).unwrap();
            let found: Vec<_> = block
                .fields()
                .map(|field| (field.name.unwrap().to_vec(), field.value.unwrap().to_vec()))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
