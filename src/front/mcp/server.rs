//! What the protocol asks, and what answers it.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, GetPromptRequestParams,
    GetPromptResponse, Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};

use super::session::{Caller, Session};
use super::{prompts, resources, tools};

/// What an agent is told at the beginning.
const INSTRUCTIONS: &str = "Issue tracker of this git repository. Work: ready, claim_next (or claim), do it, \
    comment what matters, done; release what you give up. Only who claimed an issue works on it. An id is any \
    unique prefix of 4 or more hex digits. by (kind:name, such as agent:ada) says who acts if not you.";

/// The server of one client.
pub(super) struct Server {
    session: Session,
}

impl Server {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    /// Runs an operation on a thread of its own. One that was cancelled before its turn is not
    /// begun; one that has begun hears of it, and its answer is dropped.
    async fn run<T: Send + 'static>(
        &self,
        context: &RequestContext<RoleServer>,
        operation: impl FnOnce(&Caller) -> T + Send + 'static,
    ) -> Result<T, ErrorData> {
        let (client, cancelled) = (context.client_info().map(|client| client.name), context.ct.clone());
        let caller = self.session.caller(client.as_deref(), move || cancelled.is_cancelled());
        let done = tokio::task::spawn_blocking(move || (!caller.is_gone()).then(|| operation(&caller)));
        match done.await {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(ErrorData::internal_error("cancelled", None)),
            Err(_) => Err(ErrorData::internal_error("the operation ended unexpectedly", None)),
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities =
            ServerCapabilities::builder().enable_tools().enable_resources().enable_prompts().build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("jit", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = tools::find(&request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool {:?}", request.name), None));
        };
        let arguments = request.arguments.unwrap_or_default();
        let answered = self.run(&context, |caller| tool.call(caller, arguments)).await?;
        Ok(match answered {
            Ok(answer) => CallToolResult::structured(answer),
            Err(failure) => CallToolResult::structured_error(failure),
        }
        .into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::all()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let read = move |caller: &Caller| resources::read(&caller.executor(None), &request.uri);
        Ok(self.run(&context, read).await??.into())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::all()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let get = move |caller: &Caller| prompts::get(&caller.executor(None), &request.name, &arguments);
        Ok(self.run(&context, get).await??.into())
    }
}
