/** A list of things to do, kept in memory. */
export class Todos {
  #todos = [];
  #nextId = 1;

  /** Adds a todo and returns it. */
  add(title) {
    const todo = { id: this.#nextId++, title: title.trim(), done: false };
    this.#todos.push(todo);
    return todo;
  }

  /** Ticks a todo off. Returns whether there is one with this id. */
  complete(id) {
    const todo = this.#todos.find((todo) => todo.id === id);
    if (todo) todo.done = true;
    return todo !== undefined;
  }

  /** Removes a todo. Returns whether there was one with this id. */
  remove(id) {
    const before = this.#todos.length;
    this.#todos = this.#todos.filter((todo) => todo.id !== id);
    return this.#todos.length < before;
  }

  /** How many things are left to do. */
  remaining() {
    return this.#todos.filter((todo) => todo.done).length;
  }

  /** All todos, oldest first. */
  all() {
    return this.#todos.map((todo) => ({ ...todo }));
  }
}
