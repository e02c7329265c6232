import type {
  Announcement,
  AppView,
  AutoAnswersView,
  Batch,
  DraftView,
  EventDetail,
  EventPage,
  EventQuery,
  FindQuery,
  Focus,
  PermissionReply,
  Problem,
  PromptLine,
  Rule,
  SavedRecording,
  SectionPlace,
  SectionRows,
  Settings,
  Snapshot,
} from "./types";

/** A diagram, and how it is to look. */
export interface DiagramRequest {
  /** In mermaid's language. */
  source: string;
  dark: boolean;
  fontFamily: string;
  /** Colours by mermaid's names of them. */
  colours: Record<string, string>;
}

/** A picture that was drawn from what a model wrote: it may be shown as an image, and as nothing else. */
export interface DiagramPicture {
  svg: string;
  width: number;
  height: number;
}

/** Ends a subscription. */
export type Unlisten = () => void;

/** Everything the window can ask of the app, and everything it can hear from it. Every call fails with a `Problem`. */
export interface Backend {
  /** The app as it is now. The first call of a window. */
  attach(): Promise<AppView>;
  /** Shows the system's folder picker and opens what was picked. */
  pickFolder(): Promise<void>;
  openFolder(path: string): Promise<void>;
  closeInstance(instance: string): Promise<void>;
  /** Shows an instance's tab, or the start page. */
  selectInstance(instance: string | null): Promise<void>;

  /** What the window looks at in an instance, from a new feed on. */
  watch(instance: string): Promise<Snapshot>;
  /** Looks at something else in the instance. A session without a tab gets one. */
  look(instance: string, focus: Focus): Promise<Snapshot>;
  closeTab(instance: string, session: string): Promise<void>;
  /** Says that a batch is on the screen, which lets the next one come. */
  ack(instance: string, feed: number, revision: number): Promise<void>;
  /** The batch of an announcement that was too large for an event; null when it is no longer the one to come. */
  fetchBatch(instance: string, feed: number, revision: number): Promise<Batch | null>;
  loadOlder(instance: string, feed: number): Promise<void>;
  loadNewer(instance: string, feed: number): Promise<void>;
  /** Moves the range of messages to where so many are before what is looked at, if it still begins at `first`. */
  loadAt(instance: string, feed: number, first: string, before: number): Promise<void>;
  jumpToLatest(instance: string, feed: number): Promise<void>;
  /** Looks for something in the whole history of the session that is looked at; empty text ends that. */
  find(instance: string, feed: number, query: FindQuery): Promise<void>;
  /** Goes to the next place in which it was found, or the one before. */
  findStep(instance: string, feed: number, forward: boolean): Promise<void>;
  /** Moves the range of messages to one of them. False when it is not known. */
  showMessage(instance: string, feed: number, message: string): Promise<boolean>;
  /** The newest prompts of the session that is looked at, oldest first. */
  prompts(instance: string, feed: number): Promise<PromptLine[]>;
  /** Asks for a tool call's input and output, or no longer wants them. */
  expand(instance: string, feed: number, message: string, part: string, expanded: boolean): Promise<void>;

  /** Further rows of a tool call's section, from `from` to `to` (not itself); null when it is gone or has no more. */
  sectionRows(
    instance: string,
    feed: number,
    place: SectionPlace,
    from: number,
    to: number,
  ): Promise<SectionRows | null>;
  /** The whole text of a tool call's section, to be copied; null when it is gone. */
  sectionText(instance: string, feed: number, place: SectionPlace): Promise<string | null>;
  /** A message's words in Markdown; of the agent's, its whole answer. null when it is gone. */
  messageText(instance: string, feed: number, message: string): Promise<string | null>;

  /** For each path whether it is one of a file or folder inside of the instance's folder. At most 100 at once. */
  existingFiles(instance: string, paths: string[]): Promise<boolean[]>;
  /** Opens a file of the folder in the program that the system has for it. */
  openFile(instance: string, path: string): Promise<void>;

  newSession(instance: string): Promise<Snapshot>;
  /** Takes a prompt to be sent; without a session one is made for it and looked at. Its message's id; it is safe then. */
  sendPrompt(instance: string, session: string | null, text: string): Promise<string>;
  /** Sends a prompt again that failed. */
  retryPrompt(instance: string, message: string): Promise<void>;
  /** Makes a prompt that the server does not have a draft again. The draft as it is then. */
  takeBackPrompt(instance: string, message: string): Promise<DraftView>;
  discardPrompt(instance: string, message: string): Promise<void>;
  /** What was typed and not sent. */
  drafts(instance: string): Promise<DraftView[]>;
  /** Keeps what is typed and not sent; null is the page that invites to a first message. */
  saveDraft(instance: string, session: string | null, text: string): Promise<void>;
  stopSession(instance: string, session: string): Promise<void>;
  /** Deletes a session with those below it, after stopping what works. */
  deleteSession(instance: string, session: string): Promise<void>;

  replyPermission(instance: string, request: string, reply: PermissionReply, message: string | null): Promise<void>;
  /** One list of answers for each question of the request, in order. */
  replyQuestion(instance: string, request: string, answers: string[][]): Promise<void>;
  rejectQuestion(instance: string, request: string): Promise<void>;
  /** Further rows of the diff that a request for permission is about; null when it no longer waits. */
  requestRows(instance: string, request: string, from: number, to: number): Promise<SectionRows | null>;

  /** The rules by which requests are answered without the person, and what they answered. */
  autoAnswers(instance: string): Promise<AutoAnswersView>;
  switchAutoAnswers(instance: string, on: boolean): Promise<void>;
  /** Makes a rule, or changes the one of this number. Requests that wait already stay the person's. */
  putRule(instance: string, id: number | null, rule: Rule): Promise<void>;
  deleteRule(instance: string, id: number): Promise<void>;
  /** Answers by the rules what waits now. How many requests that are. */
  applyRules(instance: string): Promise<number>;

  /** A stretch of the events that came over the instance's stream. */
  readEvents(instance: string, query: EventQuery): Promise<EventPage>;
  /** One event with its data; null when it is no longer kept. */
  readEvent(instance: string, number: number): Promise<EventDetail | null>;
  /** Shows the system's dialog and saves the events there; null when no file was chosen. */
  saveRecording(instance: string, includeText: boolean): Promise<SavedRecording | null>;

  restartInstance(instance: string): Promise<void>;
  retryConnection(instance: string): Promise<void>;
  dismissNotice(instance: string, number: number): Promise<void>;
  updateSettings(settings: Settings): Promise<void>;
  dismissProblem(code: string): Promise<void>;
  /** Opens an http, https or mailto address outside the app. */
  openLink(url: string): Promise<void>;
  /** The address of an image: of a file part, or of a tool call's attachment of this number. It is fetched when shown. */
  pictureAddress(instance: string, session: string, message: string, part: string, number: number): string;
  /** Draws a diagram. Fails with the reason when it cannot be drawn, or takes too long. */
  drawDiagram(request: DiagramRequest): Promise<DiagramPicture>;
  /** Reports a fault of the window itself. */
  reportError(message: string): Promise<void>;

  /** Says that the question whether to quit is on the screen. */
  quitShown(): Promise<void>;
  answerQuit(quit: boolean): Promise<void>;

  onApp(handler: (view: AppView) => void): Promise<Unlisten>;
  onFeed(handler: (announcement: Announcement) => void): Promise<Unlisten>;
  /** The person closes the window while something works in so many folders. */
  onQuit(handler: (folders: number) => void): Promise<Unlisten>;
  /** Whether a folder is being dragged over the window. */
  onDrag(handler: (over: boolean) => void): Promise<Unlisten>;
}

/** The problem in whatever a call failed with. */
export function problemOf(failure: unknown): Problem {
  if (typeof failure === "object" && failure !== null && "code" in failure && "message" in failure) {
    const detail = "detail" in failure && typeof failure.detail === "string" ? failure.detail : null;
    return { code: String(failure.code), message: String(failure.message), detail };
  }
  const message = failure instanceof Error ? failure.message : String(failure);
  return { code: "unexpected", message: `Something went wrong in the window: ${message}`, detail: null };
}
