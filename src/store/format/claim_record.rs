//! `claim.yaml`: who holds an issue, as the remote's claim reference says.

use std::str::FromStr;

use super::FormatError;
use super::fields::Fields;
use super::issue::{CLAIM_KEYS, claim_fields, put_claim};
use super::yaml::Map;
use crate::model::{Claim, IssueId};

/// The document.
pub fn to_yaml(issue: IssueId, claim: &Claim) -> String {
    let mut map = Map::default();
    map.put("issue", issue.to_string());
    put_claim(&mut map, claim);
    map.put_extra(&claim.extra, &[&["issue"], CLAIM_KEYS.as_slice()].concat());
    map.render()
}

/// Reads the document of the reference of issue `expected`.
pub fn from_yaml(expected: IssueId, bytes: &[u8]) -> Result<Claim, FormatError> {
    let mut fields = Fields::of_document(bytes)?;
    let found = fields.required("issue", IssueId::from_str)?;
    if found != expected {
        return Err(FormatError::WrongId { found, expected });
    }
    claim_fields(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AgentId, ClaimId, Extra};

    #[test]
    fn a_record_reads_back_and_names_its_issue() {
        let id = |n| uuid::Uuid::from_u128(n);
        let claim = Claim {
            id: ClaimId::new(id(1)),
            by: AgentId::parse("agent:one").unwrap(),
            at: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
            expires: None,
            clone: Some(id(2)),
            extra: Extra::new(),
        };
        let issue = IssueId::new(id(3));
        let yaml = to_yaml(issue, &claim);
        assert_eq!(from_yaml(issue, yaml.as_bytes()), Ok(claim));
        assert!(from_yaml(IssueId::new(id(4)), yaml.as_bytes()).is_err());
    }
}
