//! The texts of an issue.

use uuid::Uuid;

use crate::model::Issue;

/// What a text of an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// The title.
    Title,
    /// The description.
    Description,
    /// A comment, by its id.
    Comment(Uuid),
    /// The value of this key of the context.
    Context(&'a str),
    /// A label.
    Label,
}

/// All texts of an issue that are searched.
pub fn texts(issue: &Issue) -> impl Iterator<Item = (Text<'_>, &str)> {
    let comments = issue.comments.iter().map(|comment| (Text::Comment(comment.id), comment.body.as_str()));
    let context = issue.context.iter().map(|(key, value)| (Text::Context(key), value.as_str()));
    let labels = issue.labels.iter().map(|label| (Text::Label, label.as_str()));
    [(Text::Title, issue.title.as_str()), (Text::Description, issue.description.as_str())]
        .into_iter()
        .chain(comments)
        .chain(context)
        .chain(labels)
}
