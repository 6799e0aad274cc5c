//! What is decoded.

/// A DNS response of 106 bytes: a canonical name, two addresses, EDNS.
pub(crate) fn dns_response() -> Vec<u8> {
    let bytes = [
        &b"\x12\x34\x81\x80\x00\x01\x00\x03\x00\x00\x00\x01"[..],
        b"\x03www\x07example\x03com\x00\x00\x01\x00\x01",
        b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x01\x2c\x00\x12",
        b"\x04edge\x07example\x03net\x00",
        b"\xc0\x2d\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x07",
        b"\xc0\x2d\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x08",
        b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00",
    ]
    .concat();
    assert_eq!(bytes.len(), 106);
    bytes
}

/// An HTTP request of 356 bytes with a trace.
pub(crate) fn http_request() -> Vec<u8> {
    let mut text = String::from(
        "GET /api/v1/orders/4711?expand=items HTTP/1.1\r\n\
         Host: shop.example.com\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\r\n\
         Accept: application/json, text/plain;q=0.9\r\n\
         Accept-Encoding: gzip, br\r\n\
         traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
         X-Request-Id: 7f3c2a9e\r\n\
         Connection: keep-alive\r\n\
         Cookie: s=",
    );
    while text.len() < 356 - 4 {
        text.push('c');
    }
    text.push_str("\r\n\r\n");
    assert_eq!(text.len(), 356);
    text.into_bytes()
}

/// An HTTP response of 198 bytes.
pub(crate) fn http_response() -> Vec<u8> {
    let mut text = String::from(
        "HTTP/1.1 200 OK\r\n\
         Date: Mon, 27 Jul 2026 12:28:53 GMT\r\n\
         Server: nginx\r\n\
         Content-Type: application/json\r\n\
         Content-Length: 88\r\n\
         Connection: keep-alive\r\n\
         ETag: \"",
    );
    while text.len() < 198 - 5 {
        text.push('e');
    }
    text.push_str("\"\r\n\r\n");
    assert_eq!(text.len(), 198);
    text.into_bytes()
}

fn with_length16(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short");
    [&length.to_be_bytes()[..], bytes].concat()
}

fn extension(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &with_length16(data)].concat()
}

/// The handshake message of a browser's hello, with GREASE and a key share.
pub(crate) fn client_hello() -> Vec<u8> {
    let ciphers: Vec<u8> = [
        0x1a1a_u16, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
        0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
    ]
    .iter()
    .flat_map(|cipher| cipher.to_be_bytes())
    .collect();
    let name = [&[0][..], &with_length16(b"www.example.com")].concat();
    let schemes = [4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1];
    let share = [&[0, 29, 0, 32][..], &[7; 32]].concat();
    let extensions = [
        extension(0x2a2a, &[]),
        extension(0, &with_length16(&name)),
        extension(23, &[]),
        extension(0xff01, &[0]),
        extension(10, &with_length16(&[0x4a, 0x4a, 0, 29, 0, 23, 0, 24])),
        extension(11, &[1, 0]),
        extension(35, &[]),
        extension(16, &with_length16(b"\x02h2\x08http/1.1")),
        extension(5, &[1, 0, 0, 0, 0]),
        extension(13, &with_length16(&schemes)),
        extension(18, &[]),
        extension(51, &with_length16(&share)),
        extension(45, &[1, 1]),
        extension(43, &[6, 0x3a, 0x3a, 3, 4, 3, 3]),
        extension(27, &[2, 0, 2]),
        extension(21, &[0; 200]),
    ]
    .concat();
    let body = [
        &[3, 3][..],
        &[5; 32],
        &[32],
        &[6; 32],
        &with_length16(&ciphers),
        &[1, 0],
        &with_length16(&extensions),
    ]
    .concat();
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[1][..], &length[1..], &body].concat()
}

/// The same in a record.
pub(crate) fn client_hello_record() -> Vec<u8> {
    [&[22, 3, 1][..], &with_length16(&client_hello())].concat()
}
