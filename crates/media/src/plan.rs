//! A file that is not written yet: its size is known, and any stretch of it can be made alone from the segments it needs.
//! It must not know how frames were found.

use crate::depacket::Bit;
use crate::mkv::{Block, Layout, block_head, cluster_head};
use crate::segment::Gap;
use std::ops::Range;

/// A file that can be made piece by piece.
#[derive(Debug, Clone)]
pub struct FilePlan {
    /// Suggested name.
    pub name: String,
    /// Media type.
    pub mime: &'static str,
    /// Wall clock of time zero in the file, microseconds UTC.
    pub started_us: i64,
    /// Time zero after the start of the session; files shifted by it play in sync.
    pub offset_us: i64,
    /// Length.
    pub duration_us: i64,
    /// First picture size, when there are pictures.
    pub size: Option<(u16, u16)>,
    /// What is missing inside, by wall clock.
    pub gaps: Vec<Gap>,
    pub(crate) body: Body,
}

/// What the bytes are made of.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    layout: Layout,
    blocks: Vec<Block>,
    bits: Vec<Bit>,
    /// Where the bits of each block end.
    ends: Vec<usize>,
}

impl Body {
    pub(crate) fn new<'a>(layout: Layout, blocks: Vec<Block>, frames: impl Iterator<Item = &'a [Bit]>) -> Self {
        let (mut bits, mut ends) = (Vec::new(), Vec::with_capacity(blocks.len()));
        for frame in frames {
            bits.extend_from_slice(frame);
            ends.push(bits.len());
        }
        Self { layout, blocks, bits, ends }
    }
}

impl FilePlan {
    /// Bytes of the file.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.body.layout.len
    }

    /// No file is empty: it has a header at least.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory the plan takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let Body { layout, blocks, bits, ends } = &self.body;
        let clusters = layout.clusters.len() * size_of::<crate::mkv::Cluster>();
        size_of_val(blocks.as_slice()) + size_of_val(bits.as_slice()) + size_of_val(ends.as_slice()) + clusters + layout.front.len()
    }

    /// How many pieces there are: the header, then stretches of about a second.
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.body.layout.clusters.len() + 1
    }

    /// Where a piece lies in the file.
    #[must_use]
    pub fn range(&self, piece: usize) -> Range<u64> {
        let clusters = &self.body.layout.clusters;
        let begins = |piece: usize| match piece.checked_sub(1) {
            None => 0,
            Some(cluster) => clusters.get(cluster).map_or(self.len(), |c| c.at),
        };
        begins(piece)..begins(piece + 1)
    }

    /// The piece a byte is in.
    #[must_use]
    pub fn piece_at(&self, byte: u64) -> usize {
        self.body.layout.clusters.partition_point(|c| c.at <= byte)
    }

    /// Makes one piece. `copy` appends so many bytes of a segment (by its position among those planned) from a place on.
    ///
    /// # Errors
    /// Whatever `copy` says.
    pub fn piece<E>(&self, piece: usize, copy: &mut impl FnMut(u32, u32, u32, &mut Vec<u8>) -> Result<(), E>) -> Result<Vec<u8>, E> {
        let Body { layout, blocks, bits, ends } = &self.body;
        let Some(cluster) = piece.checked_sub(1) else { return Ok(layout.front.clone()) };
        let Some(cluster) = layout.clusters.get(cluster) else { return Ok(Vec::new()) };
        let range = self.range(piece);
        let mut out = Vec::with_capacity(usize::try_from(range.end - range.start).unwrap_or(0));
        cluster_head(&mut out, cluster);
        for index in cluster.blocks.clone() {
            block_head(&mut out, &blocks[index], cluster.base_ms);
            let first = index.checked_sub(1).map_or(0, |before| ends[before]);
            for bit in &bits[first..ends[index]] {
                match *bit {
                    Bit::Lies { at, len } => copy(at.segment, at.from, len, &mut out)?,
                    Bit::Byte(byte) => out.push(byte),
                    Bit::Length(len) => out.extend_from_slice(&len.to_be_bytes()),
                }
            }
        }
        Ok(out)
    }
}
