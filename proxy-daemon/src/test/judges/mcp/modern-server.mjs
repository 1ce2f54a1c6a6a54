// A server of revision 2026-07-28 alone, made with the official SDK: over stdio, or over HTTP if it is given a port.
import { createServer } from "node:http";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

function make() {
  const server = new McpServer({ name: "modern", version: "1.0.0" }, { capabilities: { tools: { listChanged: true } } });
  server.registerTool("greet", { description: "Greets", inputSchema: z.object({ name: z.string() }) }, async ({ name }) => ({
    content: [{ type: "text", text: `Hello ${name}` }],
  }));
  server.registerTool("fail", { description: "Fails", inputSchema: z.object({}) }, async () => ({ isError: true, content: [{ type: "text", text: "it went wrong" }] }));
  return server;
}

const port = process.argv[2];
if (port === undefined) {
  serveStdio(make, { legacy: "reject" });
} else {
  const handler = createMcpHandler(make, { legacy: "reject" });
  createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = request.method === "POST" ? Buffer.concat(pieces) : undefined;
    const answer = await handler.fetch(new Request(`http://127.0.0.1:${port}${request.url}`, { method: request.method, headers: request.headers, body }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body) for await (const piece of answer.body) response.write(piece);
    response.end();
  }).listen(Number(port), "127.0.0.1");
}
