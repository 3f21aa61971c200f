pub(crate) mod assign;
pub(crate) mod attach;
pub(crate) mod claim;
pub(crate) mod claim_next;
pub(crate) mod comment;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod done;
pub(crate) mod edit;
pub(crate) mod kind;
pub(crate) mod list;
pub(crate) mod reject;
pub(crate) mod release;
pub(crate) mod renew;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod update;

use clap::Subcommand;

use super::App;
use crate::front::cli::error::Failure;

/// Manage issues
#[derive(Subcommand)]
pub(crate) enum IssueCommand {
    Assign(assign::AssignArgs),
    Attach(attach::AttachArgs),
    Claim(claim::ClaimArgs),
    ClaimNext(claim_next::ClaimNextArgs),
    Comment(comment::CommentArgs),
    Create(create::CreateArgs),
    #[command(visible_alias = "rm")]
    Delete(delete::DeleteArgs),
    Detach(attach::DetachArgs),
    Edit(edit::EditArgs),
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    Reject(reject::RejectArgs),
    Release(release::ReleaseArgs),
    Renew(renew::RenewArgs),
    Search(search::SearchArgs),
    Show(show::ShowArgs),
    Unassign(assign::UnassignArgs),
    Update(update::UpdateArgs),
}

impl IssueCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Assign(args) => args.run(app),
            Self::Attach(args) => args.run(app),
            Self::Claim(args) => args.run(app),
            Self::ClaimNext(args) => args.run(app),
            Self::Comment(args) => args.run(app),
            Self::Create(args) => args.run(app),
            Self::Delete(args) => args.run(app),
            Self::Detach(args) => args.run(app),
            Self::Edit(args) => args.run(app),
            Self::List(args) => args.run(app),
            Self::Reject(args) => args.run(app),
            Self::Release(args) => args.run(app),
            Self::Renew(args) => args.run(app),
            Self::Search(args) => args.run(app),
            Self::Show(args) => args.run(app),
            Self::Unassign(args) => args.run(app),
            Self::Update(args) => args.run(app),
        }
    }
}
