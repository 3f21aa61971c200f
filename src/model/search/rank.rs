//! How well an issue answers a search: BM25, with a weight for the title.

/// How often a word, or words in a row, are in an issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frequency {
    /// In the title.
    pub title: u32,
    /// In all other texts.
    pub body: u32,
}

impl Frequency {
    /// Both together, as they count.
    pub fn weight(self) -> u64 {
        u64::from(self.title) * TITLE_WEIGHT + u64::from(self.body)
    }

    /// Whether there is none.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }
}

/// What a word in the title counts, where one elsewhere counts 1.
const TITLE_WEIGHT: u64 = 4;
/// How soon more of the same word says nothing new.
const SATURATION: f64 = 1.2;
/// How much the length of the texts matters, from not at all to 1.
const LENGTH_MATTERS: f64 = 0.75;

/// What issues are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Corpus {
    /// How many issues there are.
    pub issues: u64,
    /// The lengths of all their texts, in words as they count.
    pub length: u64,
}

impl Corpus {
    /// How much it says that a word is in an issue, which is in so many.
    fn rarity(self, issues: u64) -> f64 {
        let (all, with) = (number(self.issues), number(issues.min(self.issues)));
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }

    fn usual_length(self) -> f64 {
        (number(self.length) / number(self.issues.max(1))).max(1.0)
    }
}

/// How well an issue of some length answers: `found` has, for each part of what was asked, how many
/// issues have each of its words, and how much of it is in this one.
pub fn score<'f>(corpus: Corpus, length: u64, found: impl IntoIterator<Item = (&'f [u64], f64)>) -> f64 {
    let norm = 1.0 - LENGTH_MATTERS + LENGTH_MATTERS * number(length) / corpus.usual_length();
    let part = |(issues, weight): (&[u64], f64)| {
        let rarity: f64 = issues.iter().map(|issues| corpus.rarity(*issues)).sum();
        rarity * weight * (SATURATION + 1.0) / (weight + SATURATION * norm)
    };
    found.into_iter().map(part).sum()
}

/// Counts are far below what is exact.
#[expect(clippy::cast_precision_loss, reason = "no tracker has 2^52 words")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORPUS: Corpus = Corpus { issues: 100, length: 5000 };

    fn one(length: u64, issues: u64, frequency: Frequency) -> f64 {
        score(CORPUS, length, [(&[issues][..], number(frequency.weight()))])
    }

    #[test]
    fn it_is_bm25() {
        // Worked out by hand: idf = ln(1 + 90.5/10.5), tf = 2, and a text of the usual length.
        let expected = (1.0_f64 + 90.5 / 10.5).ln() * 2.0 * 2.2 / (2.0 + 1.2);
        assert!((one(50, 10, Frequency { title: 0, body: 2 }) - expected).abs() < 1e-12);
    }

    #[test]
    fn rare_words_titles_and_short_texts_count_more() {
        let (title, body) = (Frequency { title: 1, body: 0 }, Frequency { title: 0, body: 1 });
        assert!(one(50, 2, body) > one(50, 20, body));
        assert!(one(50, 10, title) > one(50, 10, body));
        assert!(one(10, 10, body) > one(200, 10, body));
        assert!(one(50, 100, body) > 0.0, "what is everywhere still counts a little");
    }

    #[test]
    fn an_empty_tracker_divides_by_nothing() {
        assert!(score(Corpus::default(), 0, [(&[0][..], 1.0)]).is_finite());
    }
}
