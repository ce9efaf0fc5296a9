//! A ZIP file written from front to back, its members stored as they are: photographs and recordings
//! do not shrink. Must not know what the members are.

/// Longest archive without the 64-bit extension, which this does not write.
pub const MAX_BYTES: u64 = 0xffff_0000;
/// Most members, for the same reason.
pub const MAX_MEMBERS: usize = 60_000;
/// Names are UTF-8.
const FLAGS: u16 = 0x0800;
/// 1980-01-01: the members carry their times inside, where they are exact.
const DATE: u32 = 0x0021_0000;

/// The archive would be longer than the format allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much for one ZIP file")]
pub struct TooLarge;

struct Member {
    name: String,
    crc: u32,
    size: u32,
    at: u32,
}

/// An archive in the making; the caller sends what each call gives back, in order.
#[derive(Default)]
pub struct Zip {
    members: Vec<Member>,
    at: u64,
}

impl Zip {
    /// The bytes before a member's own, which follow unchanged.
    ///
    /// # Errors
    /// `TooLarge`; the archive is then given up.
    pub fn member(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, TooLarge> {
        let member = Member {
            name: name.to_owned(),
            crc: crc32(bytes),
            size: u32::try_from(bytes.len()).map_err(|_| TooLarge)?,
            at: u32::try_from(self.at).map_err(|_| TooLarge)?,
        };
        let mut out = Vec::with_capacity(30 + name.len());
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&20u16.to_le_bytes());
        common(&mut out, &member)?;
        out.extend_from_slice(&0u16.to_le_bytes());
        out.extend_from_slice(name.as_bytes());
        self.at += out.len() as u64 + bytes.len() as u64;
        self.members.push(member);
        if self.at > MAX_BYTES || self.members.len() > MAX_MEMBERS { Err(TooLarge) } else { Ok(out) }
    }

    /// The directory at the end.
    ///
    /// # Errors
    /// `TooLarge`.
    pub fn finish(self) -> Result<Vec<u8>, TooLarge> {
        let mut out = Vec::new();
        for member in &self.members {
            out.extend_from_slice(b"PK\x01\x02");
            // Made on UNIX, so that the mode below counts.
            out.extend_from_slice(&0x0314u16.to_le_bytes());
            out.extend_from_slice(&20u16.to_le_bytes());
            common(&mut out, member)?;
            out.extend_from_slice(&[0; 8]);
            out.extend_from_slice(&(0o100_600u32 << 16).to_le_bytes());
            out.extend_from_slice(&member.at.to_le_bytes());
            out.extend_from_slice(member.name.as_bytes());
        }
        let count = u16::try_from(self.members.len()).map_err(|_| TooLarge)?;
        let (length, at) = (u32::try_from(out.len()).map_err(|_| TooLarge)?, u32::try_from(self.at).map_err(|_| TooLarge)?);
        out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        out.extend_from_slice(&count.to_le_bytes());
        out.extend_from_slice(&count.to_le_bytes());
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&at.to_le_bytes());
        out.extend_from_slice(&0u16.to_le_bytes());
        Ok(out)
    }
}

/// What stands in both headers of a member, up to the length of the extra field; in the directory
/// that length is among the zeros that follow.
fn common(out: &mut Vec<u8>, member: &Member) -> Result<(), TooLarge> {
    out.extend_from_slice(&FLAGS.to_le_bytes());
    out.extend_from_slice(&0u16.to_le_bytes());
    out.extend_from_slice(&DATE.to_le_bytes());
    out.extend_from_slice(&member.crc.to_le_bytes());
    out.extend_from_slice(&member.size.to_le_bytes());
    out.extend_from_slice(&member.size.to_le_bytes());
    out.extend_from_slice(&u16::try_from(member.name.len()).map_err(|_| TooLarge)?.to_le_bytes());
    Ok(())
}

/// CRC-32 as in ISO 3309 and every ZIP file.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0, |crc, byte| (crc >> 8) ^ TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize])
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "n is below 256")]
        let mut crc = n as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn an_archive_lists_every_member_where_it_lies() {
        let mut zip = Zip::default();
        let mut all = Vec::new();
        for (name, bytes) in [("data.json", b"{}".as_slice()), ("images/ü.jpg", b"abc")] {
            all.extend(zip.member(name, bytes).unwrap());
            all.extend_from_slice(bytes);
        }
        let directory = all.len();
        all.extend(zip.finish().unwrap());
        let end = &all[all.len() - 22..];
        assert_eq!((&end[..4], end[10]), (b"PK\x05\x06".as_slice(), 2));
        assert_eq!(u32::from_le_bytes(end[16..20].try_into().unwrap()) as usize, directory);
        let second = all[directory + 46 + "data.json".len()..].to_vec();
        let at = u32::from_le_bytes(second[42..46].try_into().unwrap()) as usize;
        assert_eq!(&all[at..at + 4], b"PK\x03\x04");
        assert_eq!(&all[at + 30 + "images/ü.jpg".len()..][..3], b"abc");
    }
}
