//! Uses everything of Kafka messages, and checks what must hold for any bytes.

use super::{ApiKey, Frames, Request, Response};
use crate::flags::L7Flags;

/// For tests and fuzzing: no bytes make it panic, and what it reports is consistent.
pub fn kafka(data: &[u8]) {
    let mut frames = Frames::new(data);
    let mut covered = 0;
    let mut is_bad = false;
    for frame in frames.by_ref() {
        match frame {
            Ok(frame) => {
                covered += 4 + frame.data.len();
                message(frame.data, frame.length);
            }
            Err(_) => is_bad = true,
        }
    }
    assert!(is_bad || covered + frames.rest().len() == data.len());
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    message(data, length);
    message(data, length.saturating_add(9));
}

fn message(data: &[u8], length: u32) {
    if let Ok(request) = Request::parse(data, length) {
        let cut = request.flags().contains(L7Flags::TRUNCATED);
        assert_eq!(cut, data.len() < length as usize);
        assert!(request.error().is_none() || !request.flags().is_empty());
        let names: usize = request
            .topics()
            .map(|topic| topic.name.unwrap_or_default().len() + topic.id.map_or(0, |_| 16))
            .sum();
        assert!(names <= request.body().len());
        assert!(request.body().len() + 8 <= data.len());
    }
    let Ok(response) = Response::parse(data, length) else {
        assert!(data.len() < 4);
        return;
    };
    for api in ApiKey::KNOWN {
        for version in [0, 1, 4, 8, 9, 12, 13, 18] {
            // At least six bytes each, so the work is bounded.
            let count = response.outcomes(*api, version).count();
            assert!(2 * count <= data.len());
            if count > 0 {
                assert!(response.error_code(*api, version).is_some());
            }
        }
    }
}
