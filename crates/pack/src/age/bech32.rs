//! Bech32 (BIP 173) of 32 bytes without its limit of length, as age writes keys. Must not know what the bytes are.

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECK: usize = 6;
/// 32 bytes in groups of five bits.
const GROUPS: usize = 52;
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

fn step(sum: u32, value: u8) -> u32 {
    let next = (sum & 0x1ff_ffff) << 5 ^ u32::from(value);
    GENERATOR.iter().enumerate().fold(next, |next, (bit, part)| if sum >> 25 >> bit & 1 == 1 { next ^ part } else { next })
}

/// The 32 bytes behind `prefix` and a one, all in the case of `prefix`.
pub(super) fn decode(prefix: &str, text: &str) -> Option<[u8; 32]> {
    let data = text.strip_prefix(prefix)?.strip_prefix('1')?.as_bytes();
    let upper = prefix.bytes().any(|b| b.is_ascii_uppercase());
    let value = |byte: &u8| {
        let fits = if upper { !byte.is_ascii_lowercase() } else { !byte.is_ascii_uppercase() };
        let place = ALPHABET.iter().position(|known| *known == byte.to_ascii_lowercase())?;
        fits.then(|| u8::try_from(place).ok())?
    };
    if data.len() != GROUPS + CHECK {
        return None;
    }
    let values: Vec<u8> = data.iter().map(value).collect::<Option<_>>()?;
    let prefix = prefix.to_ascii_lowercase();
    let spread = prefix.bytes().map(|b| b >> 5).chain([0]).chain(prefix.bytes().map(|b| b & 31));
    if spread.chain(values.iter().copied()).fold(1, step) != 1 {
        return None;
    }
    let mut bytes = [0u8; 32];
    for (place, value) in values.iter().take(GROUPS).enumerate() {
        for bit in 0..5 {
            let (at, set) = (place * 5 + bit, value >> (4 - bit) & 1 == 1);
            match bytes.get_mut(at / 8) {
                Some(byte) if set => *byte |= 0x80 >> (at % 8),
                // Behind the last byte there are four bits, and they are none.
                None if set => return None,
                Some(_) | None => {}
            }
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

    #[test]
    fn a_key_is_read_and_any_one_changed_sign_is_noticed() {
        assert!(decode("age", KEY).is_some());
        for at in 4..KEY.len() {
            for sign in ALPHABET.iter().map(|b| char::from(*b)).filter(|c| !KEY[at..].starts_with(*c)) {
                let changed = format!("{}{sign}{}", &KEY[..at], &KEY[at + 1..]);
                assert_eq!(decode("age", &changed), None, "{changed}");
            }
        }
    }

    #[test]
    fn another_case_another_length_and_other_signs_are_refused() {
        let mixed = format!("{}W{}", &KEY[..20], &KEY[21..]);
        for text in ["", "age", "age1", &KEY[..61], &format!("{KEY}q"), &KEY.to_uppercase(), &mixed, &KEY.replace('z', "b"), "age1é"] {
            assert_eq!(decode("age", text), None, "{text}");
        }
    }
}
