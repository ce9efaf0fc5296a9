//! What witnesses signed: every kept cosignature holds, and is of a witness that the log names.
//! Must not know how a witness is reached.

use super::audit::Told;
use super::{Fault, Ground, Report};
use domain::audit::{Checkpoint, Hash, SignedNote, VerifierKey, cosignature};
use domain::time::Timestamp;
use std::path::Path;
use store::Store;
use store::rows::{CosignatureRow, MAX_LIST};

pub(super) async fn check(ground: &Ground, told: &Told, report: &mut Report) -> Result<(), Fault> {
    let store = ground.engine.store.as_ref();
    let mut after = None;
    loop {
        let page = store.cosignatures(after, MAX_LIST).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some((last.size, last.witness.clone()));
        for row in &page {
            one(store, told, row).await?;
            report.cosignatures += 1;
            report.cosigned = report.cosigned.max(row.size);
        }
    }
}

async fn one(store: &dyn Store, told: &Told, row: &CosignatureRow) -> Result<(), Fault> {
    let fault = |what: &str| Fault::Cosignature { size: row.size, witness: row.witness.clone(), what: what.to_owned() };
    let key = told.witnesses.get(&row.witness).ok_or_else(|| fault("is of a witness that the log does not name"))?;
    let checkpoint = store.checkpoint_of(row.size).await?.ok_or_else(|| fault("is of a checkpoint that is not there"))?;
    let note = SignedNote::parse(checkpoint.note.as_bytes()).map_err(|why| fault(&why.to_string()))?;
    let lines = cosignature::parse_lines(note.text(), &format!("{}\n", row.line)).map_err(|why| fault(&why.to_string()))?;
    let seconds = key.verify(note.text(), &lines).map_err(|why| fault(&why.to_string()))?;
    let at = i64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(1_000_000)).map(Timestamp);
    if at == Some(row.at) { Ok(()) } else { Err(fault("was made at another time than its row says")) }
}

/// A checkpoint that somebody kept elsewhere.
pub(super) struct Kept {
    path: String,
    pub checkpoint: Checkpoint,
}

impl Kept {
    pub fn read(path: &Path, key: &VerifierKey) -> Result<Self, Fault> {
        let fault = |what: String| Fault::Kept { path: path.display().to_string(), what };
        let bytes = std::fs::read(path).map_err(|e| fault(e.to_string()))?;
        let checkpoint = Checkpoint::verify(&bytes, key).map_err(|why| fault(why.to_string()))?;
        Ok(Self { path: path.display().to_string(), checkpoint })
    }

    /// The log must still lead through it: `root` is what the log gives at its size.
    pub fn check(&self, root: Option<Hash>) -> Result<(), Fault> {
        let fault = |what: String| Fault::Kept { path: self.path.clone(), what };
        let Checkpoint { size, root: stated, .. } = &self.checkpoint;
        match root.or_else(|| (*size == 0).then(domain::audit::tree::empty_root)) {
            Some(root) if root == *stated => Ok(()),
            Some(_) => Err(fault(format!("states another root for size {size}: the log was written anew since"))),
            None => Err(fault(format!("covers {size} entries and the log has fewer: its end was cut off, or an older copy was put back"))),
        }
    }
}
