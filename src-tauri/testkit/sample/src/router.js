import { Todos } from "./todos.js";

const todos = new Todos();

/** Answers one request with a status and a body. */
export async function route(method, path, body) {
  const [, collection, id, action] = path.split("/");
  if (collection !== "todos") return notFound();

  if (method === "GET" && !id) {
    return { status: 200, body: { todos: todos.all(), remaining: todos.remaining() } };
  }
  if (method === "POST" && !id) {
    if (!body?.title?.trim()) return { status: 400, body: { error: "a todo needs a title" } };
    return { status: 201, body: todos.add(body.title) };
  }
  if (method === "POST" && action === "done") {
    return todos.complete(Number(id)) ? { status: 204 } : notFound();
  }
  if (method === "DELETE" && id) {
    return todos.remove(Number(id)) ? { status: 204 } : notFound();
  }
  return notFound();
}

function notFound() {
  return { status: 404, body: { error: "not found" } };
}
