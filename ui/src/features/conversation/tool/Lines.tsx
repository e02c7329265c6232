import type { SectionBody } from "../../../backend/types";
import { createPages } from "./pages";
import { Rows } from "./Rows";
import type { SectionAccess } from "./source";

type Body = Extract<SectionBody, { kind: "lines" }>;

/** Lines of text: a program's output, or a stretch of a file. */
export function Lines(props: { body: Body; access: SectionAccess }) {
  const pages = createPages({
    rows: () => props.body.rows,
    version: () => `${props.body.total} ${props.body.rows[0]?.html ?? ""} ${props.body.rows.at(-1)?.html ?? ""}`,
    fetch: async (from, to) => {
      const answer = await props.access.rows(from, to);
      return answer?.kind === "lines" ? answer.rows : null;
    },
  });
  const digits = () => String((props.body.first ?? 0) + props.body.total).length;
  return (
    <Rows
      count={props.body.total}
      class={props.body.first === null ? "terminal" : "code"}
      follow={props.body.live}
      onDrawn={pages.need}
    >
      {(index) => (
        <div class="tool-row" data-row={index} data-missing={pages.row(index) ? undefined : ""}>
          {props.body.first !== null && (
            <span class="tool-number" style={{ width: `${digits()}ch` }}>
              {props.body.first + index}
            </span>
          )}
          <span class="tool-row-text" innerHTML={pages.row(index)?.html ?? ""} />
        </div>
      )}
    </Rows>
  );
}
