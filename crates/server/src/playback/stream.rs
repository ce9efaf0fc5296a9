//! A stretch of a planned file as a stream: each piece is made when the one before has left, from segments opened for it.
//! Must not know HTTP.

use super::Played;
use crate::adapters::blobs::Blobs;
use crate::engine::CaseKey;
use crate::recorder::{self, PartFault};
use axum::body::Bytes;
use futures_util::Stream;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

/// Opened segments that one stream keeps: sound and pictures of the second it is at and of the one before. About 2 MB.
const MAX_OPEN: usize = 6;

/// Who may open the segments, and which.
pub struct Source {
    pub blobs: Arc<dyn Blobs>,
    pub key: CaseKey,
    pub played: Arc<Played>,
    /// Position of the file among those of the session.
    pub file: usize,
}

struct Reader {
    source: Source,
    open: VecDeque<(u32, Vec<u8>)>,
    /// The next byte, and the one after the last.
    at: u64,
    end: u64,
}

/// The bytes `from..end` of the file. At any time one piece and [`MAX_OPEN`] segments of it are in memory, and no thread waits
/// for a slow reader.
pub fn bytes(source: Source, from: u64, end: u64) -> impl Stream<Item = io::Result<Bytes>> {
    let reader = Reader { source, open: VecDeque::new(), at: from, end };
    futures_util::stream::try_unfold(reader, |reader| async move {
        if reader.at >= reader.end {
            return Ok(None);
        }
        let made = tokio::task::spawn_blocking(move || reader.next()).await.map_err(io::Error::other)?;
        made.map(Some).map_err(|error| {
            tracing::error!(%error, "a recording cannot be shown");
            io::Error::other(error)
        })
    })
}

/// A whole file for who may wait, a piece at a time. Fails where a segment does not open.
pub struct Whole {
    reader: Reader,
    rest: Bytes,
}

impl Whole {
    #[must_use]
    pub fn new(source: Source) -> Self {
        let end = source.played.files.get(source.file).map_or(0, |(_, plan)| plan.len());
        Self { reader: Reader { source, open: VecDeque::new(), at: 0, end }, rest: Bytes::new() }
    }
}

impl io::Read for Whole {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() && self.reader.at < self.reader.end {
            self.rest = self.reader.piece().map_err(io::Error::other)?;
        }
        let piece = self.rest.split_to(self.rest.len().min(into.len()));
        into.iter_mut().zip(&piece).for_each(|(to, byte)| *to = *byte);
        Ok(piece.len())
    }
}

impl Reader {
    fn next(mut self) -> Result<(Bytes, Self), PartFault> {
        let made = self.piece()?;
        Ok((made, self))
    }

    fn piece(&mut self) -> Result<Bytes, PartFault> {
        let played = self.source.played.clone();
        let Some((_, plan)) = played.files.get(self.source.file) else {
            self.at = self.end;
            return Ok(Bytes::new());
        };
        let piece = plan.piece_at(self.at);
        let range = plan.range(piece);
        let made = plan.piece(piece, &mut |segment, from, len, out| self.copy(segment, from, len, out))?;
        let skip = usize::try_from(self.at - range.start).unwrap_or(usize::MAX).min(made.len());
        let until = usize::try_from(self.end.min(range.end) - range.start).unwrap_or(usize::MAX).min(made.len());
        self.at = range.end.max(self.at + 1);
        Ok(Bytes::from(made).slice(skip..until))
    }

    fn copy(&mut self, segment: u32, from: u32, len: u32, out: &mut Vec<u8>) -> Result<(), PartFault> {
        let index = u64::from(segment);
        let fault = |why: &str| PartFault::Segment { index, why: why.to_owned() };
        if !self.open.iter().any(|(known, _)| *known == segment) {
            let Source { blobs, key, played, .. } = &self.source;
            let lies = *played.segments.get(segment as usize).ok_or_else(|| fault("is not there"))?;
            let plain = recorder::read_one(blobs.as_ref(), &key.0, played.case, played.session, index, lies)?;
            if self.open.len() >= MAX_OPEN {
                self.open.pop_front();
            }
            self.open.push_back((segment, plain));
        }
        let held = self.open.iter().find(|(known, _)| *known == segment);
        let bytes = held.and_then(|(_, plain)| plain.get(from as usize..from as usize + len as usize));
        out.extend_from_slice(bytes.ok_or_else(|| fault("is shorter than planned"))?);
        Ok(())
    }
}
