import { createServer } from "node:http";
import { route } from "./router.js";

const port = Number(process.env.PORT ?? 3000);

const server = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  try {
    const body = text ? JSON.parse(text) : undefined;
    const answer = await route(request.method, request.url, body);
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(answer.body && JSON.stringify(answer.body));
  } catch (error) {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: error.message }));
  }
});

server.listen(port, () => console.log(`todo-service on http://localhost:${port}`));
