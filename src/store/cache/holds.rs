//! What the records of claims say, read once: with a thousand of them a list would read three
//! thousand objects.
//!
//! - A record is a commit, so what it says never changes: only new ones are read.
//! - Which records there are is not read either, as long as the files that git keeps their
//!   references in look as they did. Two changes within one tick of a clock look alike, so
//!   that counts only if they had been left alone for a while when it was written down.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use gix::ObjectId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Files;
use super::record::{self, PlainClaim};
use crate::model::{Claim, Holds, IssueId};
use crate::store::format::claim_record;
use crate::store::{Repo, regular};

/// So few records are read sooner than a file about them.
const FEW: usize = 16;
/// Longer than the ticks of any file system's clock.
const SETTLED: Duration = Duration::from_secs(3);
const CHECKSUM_LEN: usize = 4;
/// Bytes that are read at most: a longer file is none of ours.
const MOST: u64 = 64 << 20;

/// A file or directory, told from the same after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Look {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

/// The directory of loose references to records, and the file of packed references.
type Looks = [Option<Look>; 2];

#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    looks: Looks,
    #[serde(borrow)]
    records: Vec<([u8; 16], &'a [u8], PackedClaim<'a>)>,
}

#[derive(Serialize, Deserialize)]
enum PackedClaim<'a> {
    #[serde(borrow)]
    Plain(PlainClaim<'a>),
    /// The document, where something rare is in it.
    Document(String),
}

/// What was written down.
#[derive(Default)]
struct Kept {
    looks: Looks,
    is_settled: bool,
    claims: BTreeMap<IssueId, (ObjectId, Claim)>,
}

/// Who holds what, as `remote` last said.
pub(in crate::store) fn holds(repo: &Repo, remote: &str) -> Holds {
    let dir = repo.common_dir().join(Repo::tracking_claims_prefix(remote));
    let looks = [look(&dir), look(&repo.common_dir().join("packed-refs"))];
    let files = Files::of(repo);
    let name = file_name(remote);
    let mut kept = files.kept_claims(&name).unwrap_or_default();
    if kept.looks == looks && kept.is_settled {
        return kept.claims.into_iter().map(|(issue, (_, claim))| (issue, claim)).collect();
    }
    let records = repo.tracking_claims(remote);
    let mut holds = Holds::new();
    let mut readable = Vec::with_capacity(records.len());
    for (issue, commit) in records {
        let known = kept.claims.remove(&issue).filter(|(of, _)| *of == commit).map(|(_, claim)| claim);
        match known.or_else(|| repo.try_claim_record(issue, commit)) {
            Some(claim) => {
                readable.push((issue, commit));
                holds.insert(issue, claim);
            }
            None => drop(holds.insert(issue, Repo::unreadable_claim())),
        }
    }
    if readable.len() == holds.len() && readable.len() >= FEW {
        files.keep_claims(&name, looks, &readable, &holds);
    }
    holds
}

impl Files<'_> {
    fn kept_claims(&self, name: &str) -> Option<Kept> {
        let file = self.file(name).filter(|file| file.metadata().is_ok_and(|meta| meta.len() <= MOST))?;
        let written = file.metadata().and_then(|meta| meta.modified()).ok()?;
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes).ok()?;
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_LEN)?)?;
        if crc32fast::hash(body).to_le_bytes() != checksum {
            return None;
        }
        let packed: Packed<'_> = postcard::from_bytes(body).ok()?;
        let claims = packed.records.into_iter().map(|(issue, commit, claim)| {
            let issue = IssueId::new(Uuid::from_bytes(issue));
            let claim = match claim {
                PackedClaim::Plain(plain) => record::claim(&plain)?,
                PackedClaim::Document(text) => claim_record::from_yaml(issue, text.as_bytes()).ok()?,
            };
            Some((issue, (ObjectId::try_from(commit).ok()?, claim)))
        });
        let is_settled = packed.looks.iter().flatten().all(|look| look.was_left_alone(written));
        Some(Kept { looks: packed.looks, is_settled, claims: claims.collect::<Option<_>>()? })
    }

    /// Writes down what the records say, if it can be.
    fn keep_claims(&self, name: &str, looks: Looks, records: &[(IssueId, ObjectId)], holds: &Holds) {
        let records = records.iter().map(|(issue, commit)| {
            let claim = &holds[issue];
            let packed = if claim.extra.is_empty() {
                PackedClaim::Plain(record::plain_claim(claim))
            } else {
                PackedClaim::Document(claim_record::to_yaml(*issue, claim))
            };
            (issue.uuid().into_bytes(), commit.as_slice(), packed)
        });
        let packed = Packed { looks, records: records.collect() };
        let bytes = postcard::to_allocvec(&packed).expect("a vector takes any number of bytes");
        let checksum = crc32fast::hash(&bytes);
        let Some(temporary) = self.temporary(name) else { return };
        let whole = [bytes.as_slice(), &checksum.to_le_bytes()].concat();
        let written = regular::write_new(&temporary, &whole).is_ok();
        self.publish(written, &temporary, name);
    }
}

fn look(path: &Path) -> Option<Look> {
    let of = |meta: Metadata| Look {
        inode: meta.ino(),
        bytes: meta.size(),
        modified: (meta.mtime(), meta.mtime_nsec()),
    };
    fs::metadata(path).ok().map(of)
}

impl Look {
    /// Whether it had not been touched for a while at `later`.
    fn was_left_alone(&self, later: SystemTime) -> bool {
        let (secs, nanos) = self.modified;
        let (Ok(secs), Ok(nanos)) = (u64::try_from(secs), u32::try_from(nanos)) else { return false };
        let modified = SystemTime::UNIX_EPOCH + Duration::new(secs, nanos);
        later.duration_since(modified).is_ok_and(|age| age > SETTLED)
    }
}

/// A remote's name may have slashes, and dots mean something in the names of temporary files.
fn file_name(remote: &str) -> String {
    format!("holds-{}", remote.replace('%', "%25").replace('/', "%2F").replace('.', "%2E"))
}
