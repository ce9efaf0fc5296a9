//! Just enough STUN to tell whom a message is for. It must not judge whether the message is genuine.

const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: [u8; 2] = [0, 1];
const USERNAME: u16 = 6;

/// Whether a datagram is STUN (RFC 7983 and the cookie).
pub(crate) fn is_stun(data: &[u8]) -> bool {
    data.len() >= 20 && data[0] < 2 && data[4..8] == COOKIE
}

/// Our user fragment in a binding request's USERNAME ("ours:theirs").
pub(crate) fn request_ufrag(data: &[u8]) -> Option<&str> {
    if !data.starts_with(&BINDING_REQUEST) {
        return None;
    }
    let mut rest = data.get(20..)?;
    while let Some((head, body)) = rest.split_first_chunk::<4>() {
        let kind = u16::from_be_bytes([head[0], head[1]]);
        let len = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = body.get(..len)?;
        if kind == USERNAME {
            let name = std::str::from_utf8(value).ok()?;
            return name.split_once(':').map(|(ours, _)| ours);
        }
        rest = body.get(len.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_name_is_found_behind_other_attributes() {
        let mut message = vec![0, 1, 0, 24];
        message.extend_from_slice(&COOKIE);
        message.extend_from_slice(&[0; 12]);
        message.extend_from_slice(&[0x80, 0x22, 0, 3, b'x', b'y', b'z', 0]);
        message.extend_from_slice(&[0, 6, 0, 7]);
        message.extend_from_slice(b"abc:def\0");
        assert!(is_stun(&message));
        assert_eq!(request_ufrag(&message), Some("abc"));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = is_stun(&bytes);
            let mut request = vec![0, 1];
            request.extend_from_slice(&bytes);
            let _ = request_ufrag(&request);
        }
    }
}
