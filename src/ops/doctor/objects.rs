//! The object store: how much there is, and whether git tidies up.

use super::{Examination, Level, Remedy};

/// From so many loose objects on, git itself would have packed them several times.
const MANY_LOOSE: u64 = 20_000;
/// From so many packs on, git itself would have joined them.
const MANY_PACKS: u64 = 100;

impl Examination<'_> {
    pub(super) fn objects(&mut self) {
        let found = self.repo.object_facts();
        self.facts.loose_objects = found.loose;
        self.facts.loose_bytes = found.loose_bytes;
        self.facts.packs = found.packs;
        self.facts.packed_objects = found.packed;
        self.facts.pack_bytes = found.pack_bytes;
        let packs = if found.packs == 1 { "pack" } else { "packs" };
        let message = format!(
            "{} loose ({}), {} in {} {packs} ({})",
            found.loose,
            size(found.loose_bytes),
            found.packed,
            found.packs,
            size(found.pack_bytes)
        );
        self.findings.add(Level::Ok, "objects", message);
        if found.borrows {
            let message = "objects of another repository are borrowed: what it loses is lost here";
            self.findings.add(Level::Info, "borrowed_objects", message);
        }
        let pack = || Remedy::Hand("git gc".to_owned());
        if found.loose >= MANY_LOOSE {
            let message = format!("{} objects are loose, which takes room", found.loose);
            self.findings.with(Level::Warning, "many_loose", message, pack());
        }
        if found.packs >= MANY_PACKS {
            let message = format!("there are {} packs, which makes reading slow", found.packs);
            self.findings.with(Level::Warning, "many_packs", message, pack());
        }
        if !self.repo.wants_maintenance() {
            let message = "gc.auto or maintenance.auto turns maintenance off: jit does not start it";
            self.findings.add(Level::Info, "no_maintenance", message);
        }
        if let Some(complaint) = self.repo.gc_complaint() {
            let message = format!("git's last gc complained: {complaint}");
            let remedy = Remedy::Hand("git gc, which says more".to_owned());
            self.findings.with(Level::Warning, "gc_failed", message, remedy);
        }
    }
}

/// A size for people.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        (tenths, unit) = (tenths / 1000, unit + 1);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_or_four_digits() {
        let sizes = [0, 999, 1000, 12_345, 999_999, 1_000_000, 2_500_000_000].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "12.3 kB", "999.9 kB", "1.0 MB", "2.5 GB"]);
    }
}
