//! What is written is read back unchanged, and written the same again.

use jit::store::format::{gate, issue, settings};
use proptest::prelude::*;

use super::hostile;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_issue_comes_back_unchanged(issue in hostile::issue()) {
        let yaml = issue::to_yaml(&issue);
        let back = issue::from_yaml(issue.id, yaml.as_bytes());
        prop_assert_eq!(back.as_ref(), Ok(&issue), "{}", yaml);
        prop_assert_eq!(back.map(|back| issue::to_yaml(&back)), Ok(yaml));
    }

    #[test]
    fn any_gate_comes_back_unchanged(gate in hostile::gate()) {
        let yaml = gate::to_yaml(&gate);
        let back = gate::from_yaml(yaml.as_bytes());
        prop_assert_eq!(back.as_ref(), Ok(&gate), "{}", yaml);
        prop_assert_eq!(back.map(|back| gate::to_yaml(&back)), Ok(yaml));
    }

    #[test]
    fn any_settings_come_back_unchanged(settings in hostile::settings()) {
        let toml = settings::to_toml(&settings);
        let back = settings::from_toml(toml.as_bytes());
        prop_assert_eq!(back.as_ref(), Ok(&settings), "{}", toml);
        prop_assert_eq!(back.map(|back| settings::to_toml(&back)), Ok(toml));
    }

    #[test]
    fn no_bytes_make_a_reader_panic(text in hostile::text(), bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        for bytes in [text.into_bytes(), bytes] {
            drop(issue::from_yaml(jit::model::IssueId::new(uuid::Uuid::nil()), &bytes));
            drop(gate::from_yaml(&bytes));
            drop(settings::from_toml(&bytes));
        }
    }
}
