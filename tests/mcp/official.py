"""Works through a project with the official client of the protocol.

Called with the program to start and the folder of the repository; prints one JSON document.
"""

import asyncio
import json
import sys

import mcp
from mcp import Client, StdioServerParameters


async def main() -> None:
    program, folder = sys.argv[1:]
    server = StdioServerParameters(command=program, args=["mcp"], cwd=folder, env=json.load(sys.stdin))
    seen = {}
    async with Client(server) as client:
        seen["tools"] = [tool.name for tool in (await client.list_tools()).tools]
        made = await client.call_tool("create", {"title": "One", "labels": ["auth"]})
        issue = made.structured_content["id"]
        await asyncio.gather(*(client.call_tool("create", {"title": f"Issue {n}"}) for n in range(20)))
        claimed = await client.call_tool("claim", {"id": issue})
        seen["claimed"] = claimed.structured_content
        again = await client.call_tool("claim", {"id": issue, "by": "agent:other"})
        seen["again"] = [again.is_error, again.structured_content]
        done = await client.call_tool("done", {"id": issue})
        seen["done"] = done.structured_content["state"]
        for name in ["status", "ready", "blocked", "list", "events"]:
            # The client checks answers against the schemas of the tools.
            assert not (await client.call_tool(name, {})).is_error, name
        read = await client.read_resource(f"jit://issue/{issue}")
        seen["read"] = json.loads(read.contents[0].text)
        history = await client.read_resource(f"jit://issue/{issue}/history")
        seen["history"] = [event["type"] for event in json.loads(history.contents[0].text)["events"]]
        seen["templates"] = len((await client.list_resource_templates()).resource_templates)
        seen["prompts"] = [prompt.name for prompt in (await client.list_prompts()).prompts]
        prompt = await client.get_prompt("work_next_issue", {"filter": "label:auth"})
        seen["prompt"] = prompt.messages[0].content.text
        try:
            await client.call_tool("destroy", {})
        except mcp.MCPError as error:
            seen["unknown"] = error.error.message
    print(json.dumps(seen))


asyncio.run(main())
