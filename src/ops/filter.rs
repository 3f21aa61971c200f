//! Filters as people write them: with the names that the project knows.

use super::{CommandExecutor, Error};
use crate::model::query::{Filter, check_operators};
use crate::model::saved::Names;
use crate::store::Snapshot;

impl CommandExecutor {
    /// Reads filters, all of which must hold. `@name` stands for the filter that is saved under
    /// it now, whatever moment is looked at, and `me` for whoever acts.
    pub fn filter<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Result<Filter, Error> {
        let texts: Vec<&str> = texts.into_iter().collect();
        check_operators(&texts)?;
        let mut all = Filter::default();
        for text in texts {
            all.and(self.with_names(text, |names| Filter::parse_with(text, names))?);
        }
        Ok(all)
    }

    /// One term of a filter, as `key:value` in one, where the value may hold white space.
    pub fn filter_by(&self, key: &str, value: &str) -> Result<Filter, Error> {
        self.with_names(value, |names| Filter::key_value_with(key, value, names))
    }

    /// Gives `read` the names, as far as `text` may have any.
    fn with_names<T, E: Into<Error>>(
        &self,
        text: &str,
        read: impl FnOnce(Names<'_>) -> Result<T, E>,
    ) -> Result<T, Error> {
        let names_filters = text.contains('@');
        let names_me = text == "me" || text.contains(":me") || text.contains("|me");
        if !names_filters && !names_me {
            return read(Names::default()).map_err(Into::into);
        }
        let repo = self.storage.open()?;
        let settings = names_filters.then(|| Snapshot::current(&repo)).transpose()?.map(|now| now.settings);
        let me = self.acting(&repo, None);
        let saved = settings.as_ref().map(|settings| &settings.filters);
        read(Names { saved, me: Some(&me) }).map_err(Into::into)
    }
}
