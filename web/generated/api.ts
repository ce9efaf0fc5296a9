// Written by `make codegen` from the types in crates/wire. Do not edit.

/** What a pass opens. */
export type AccessScope = "images" | "recordings";

/** `POST /v1/cases/{id}/reports`: another attempt failed. */
export interface AddReport {
  /** The attempt. */
  check: Check;
}

/** What the server says on `/v1/admin/socket`. */
export type AdminPush =
  | {
    type: "numbers";
    /** View. */
    view: NumbersView;
  }
  | {
    /** `case_…`. */
    id: string;
    /** Row for the list. */
    row: CaseRow;
    type: "case_changed";
  }
  | {
    type: "pong";
  };

/** A case as its agent sees it. */
export interface AgentCaseView {
  /** As typed in the bank's form. */
  claimed: Claimed;
  /** What the customer's browser tells of itself. */
  customer: CustomerStatus;
  decision?: DecisionView | null;
  /** The customer's browser, as words: "Chrome 156 on Android", and flags such as an in-app browser. */
  device: string;
  /** Earlier sessions of this case that broke off. */
  drops: number;
  /** Evidence so far, oldest first. */
  evidence: Array<EvidenceView>;
  /** `case_…`. */
  id: string;
  /** Fields read, codes sent, the place. */
  identity: IdentityView;
  /** Jurisdiction profile. */
  jurisdiction: ProfileView;
  /** Every line of the profile and how the case stands to it. */
  lines?: Array<LineView> | null;
  /** Language to greet in. */
  locale: string;
  /** What keeps "verified" locked, as stable codes; empty = unlocked. */
  locked_by: Array<string>;
  /** How the customer takes part. */
  mode: JoinMode;
  /** Customer's full name. */
  name: string;
  /** The agent's own notes. */
  notes: string;
  /** Where it stands. */
  phase: Phase;
  /** The customer's rating. */
  rating?: number | null;
  /** The bank's reference. */
  reference: string;
  /** Attempts of the automated check, oldest first, with their images. */
  reports: Array<ReportView>;
  session?: SessionView | null;
  /** Steps in order. */
  steps: Array<StepView>;
  table?: TableView | null;
  /** The link was opened on more than one device. */
  two_devices: boolean;
  /** Grows with every change. */
  version: number;
  /** Seconds waited before the answer. */
  waited: number;
}

/** What an agent's page says on `/v1/agent/socket` (signed in by cookie). */
export type AgentMessage =
  | {
    /** Chat messages of the case in hand already shown. */
    chat_after?: number;
    /** A page load of its own; a second open console asks before it takes over. */
    page: string;
    type: "hello";
  }
  | {
    type: "available";
  }
  | {
    /** Why. */
    reason: AwayReason;
    type: "away";
  }
  | {
    /** `rsv_…`. */
    reservation: string;
    type: "accept";
  }
  | {
    /** `rsv_…`. */
    reservation: string;
    type: "reject";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Chosen by the page, one per RTCPeerConnection, 32 hexadecimal digits. */
    peer: string;
    /** SDP. */
    sdp: string;
    type: "offer";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Chosen by the page, 1–40 characters. */
    nonce: string;
    /** 1–2 000 characters. */
    text: string;
    type: "chat";
  }
  | {
    /** `case_…`. */
    case: string;
    /** True while typing. */
    on: boolean;
    type: "typing";
  }
  | {
    /** `case_…`. */
    case: string;
    /** What. */
    command: DeviceCommand;
    /** Chosen by the page, unique in its load. */
    id: number;
    type: "command";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Step key. */
    step: string;
    type: "step_done";
  }
  | {
    /** `case_…`. */
    case: string;
    /** True: failed; false: open again. */
    failed: boolean;
    /** Step key. */
    step: string;
    type: "step_state";
  }
  | {
    /** `case_…`. */
    case: string;
    /** 3–500 characters. */
    reason: string;
    /** Step key. */
    step: string;
    type: "waive";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Step key. */
    step: string;
    type: "challenge";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Prompt id. */
    id: number;
    /** Passed or failed. */
    passed: boolean;
    type: "judge";
  }
  | {
    /** `match`, `no_match`, `not_asked`. */
    answer: string;
    /** `case_…`. */
    case: string;
    /** Question key. */
    question: string;
    /** Step key. */
    step: string;
    type: "answered";
  }
  | {
    /** `case_…`. */
    case: string;
    /** At most 4 000 characters. */
    text: string;
    type: "notes";
  }
  | {
    /** `case_…`. */
    case: string;
    /** At most 1 000 characters, for colleagues and auditors, never shown to the customer. */
    note?: string;
    /** At least one. */
    reasons: Array<ReasonCode>;
    type: "decide";
    /** Verdict. */
    verdict: Verdict;
  }
  | {
    /** `case_…`. */
    case: string;
    type: "end";
  }
  | {
    type: "extend_wrap";
  }
  | {
    /** On or off. */
    on: boolean;
    type: "auto_accept";
  }
  | {
    type: "ping";
  }
  | {
    /** `case_…`. */
    case: string;
    /** The open prompt's id. */
    id: number;
    /** Which of its needs the customer lacks. */
    needs_not: LivenessNeed;
    type: "challenge_alternative";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Which. */
    field: ReadField;
    /** As read; dates as `YYYY-MM-DD`. */
    text: string;
    type: "read_field";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Which way. */
    channel: CodeChannel;
    type: "send_code";
  }
  | {
    /** `case_…`. */
    case: string;
    type: "ask_location";
  }
  | {
    /** `case_…`. */
    case: string;
    surface?: Surface | null;
    type: "show";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Counts up in this page's load; comes back with the doing or its refusal. */
    n: number;
    /** What. */
    op: DrawOp;
    type: "draw";
  }
  | {
    /** `case_…`. */
    case: string;
    type: "board_again";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Messages received. */
    got: number;
    /** Messages shown. */
    seen: number;
    type: "chat_seen";
  }
  | {
    /** `case_…`. */
    case: string;
    mode?: SupervisorMode | null;
    type: "supervise";
  }
  | {
    /** `case_…`. */
    case: string;
    type: "take_over";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Tag of the language spoken with the customer. */
    language: string;
    type: "invite_interpreter";
  }
  | {
    /** `case_…`. */
    case: string;
    type: "remove_interpreter";
  }
  | {
    /** `case_…`. */
    case: string;
    /** On or off. */
    on: boolean;
    type: "hold";
  }
  | {
    /** `case_…`. */
    case: string;
    /** 3–500 characters, for the next agent. */
    reason: string;
    /** To whom. */
    target: TransferTo;
    type: "transfer";
  }
  | {
    /** RFC 3339 of the call back; absent = a new link now. */
    at?: string | null;
    /** `case_…`. */
    case: string;
    type: "later";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Which. */
    feature: SecurityFeature;
    /** Seen. */
    seen: boolean;
    type: "mark_feature";
  }
  | {
    /** `case_…`. */
    case: string;
    type: "draw_feature";
  };

/** What the server says to an agent's page. */
export type AgentPush =
  | {
    type: "desk";
    /** View. */
    view: DeskView;
  }
  | {
    type: "case";
    /** View. */
    view: AgentCaseView;
  }
  | {
    /** `case_…`. */
    case: string;
    /** Index of the first. */
    from: number;
    /** Messages. */
    messages: Array<ChatMessage>;
    type: "chat";
  }
  | {
    /** The page's peer id. */
    peer: string;
    /** SDP. */
    sdp: string;
    type: "answer";
  }
  | {
    /** `case_…`. */
    case: string;
    /** True while typing. */
    on: boolean;
    type: "typing";
  }
  | {
    effect?: CameraSettings | null;
    /** `evd_…`. */
    evidence?: string | null;
    /** The command's id. */
    id: number;
    /** Whether the device did it. */
    ok: boolean;
    type: "command_done";
    /** Why not. */
    why: string;
  }
  | {
    /** Loss, per cent of packets. */
    loss_percent: number;
    /** Round trip, milliseconds. */
    rtt_ms: number;
    /** Whose line. */
    seat: Seat;
    type: "quality";
    /** What arrives from there, kbit/s. */
    up_kbps: number;
    /** `good`, `weak`, `poor`. */
    word: string;
  }
  | {
    /** Step. */
    step: LadderStep;
    type: "ladder";
  }
  | {
    type: "replaced";
  }
  | {
    /** Stable code. */
    code: string;
    /** In words. */
    detail: string;
    /** `type` of the message refused. */
    of: string;
    type: "problem";
  }
  | {
    type: "pong";
  }
  | {
    /** For what. */
    held_for: HeldFor;
    /** The command's id. */
    id: number;
    type: "command_held";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Reading. */
    reading: MeterReading;
    type: "meters";
  }
  | {
    /** Board. */
    board: BoardView;
    /** `case_…`. */
    case: string;
    type: "board";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Who. */
    from: Seat;
    /** The `n` of the page that did it. */
    n: number;
    /** What. */
    op: DrawOp;
    /** Its number on this board; one left out means that something was missed. */
    seq: number;
    type: "drawn";
  }
  | {
    /** Stable code. */
    code: string;
    /** Its `n`. */
    n: number;
    type: "draw_refused";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Messages received. */
    got: number;
    /** Messages shown. */
    seen: number;
    type: "chat_seen";
  }
  | {
    /** `case_…`. */
    case: string;
    /** Stable code. */
    code: string;
    /** The page's name for it. */
    nonce: string;
    type: "chat_refused";
  }
  | {
    type: "floor";
    /** View. */
    view: FloorView;
  }
  | {
    type: "observed";
    view?: AgentCaseView | null;
  }
  | {
    /** `case_…`. */
    case: string;
    type: "interpreter_link";
    /** Address. */
    url: string;
  };

/** An agent, supervisor, auditor or admin. */
export interface AgentRow {
  /** False: may not sign in. */
  active: boolean;
  /** Mean handle time today. */
  aht_seconds?: number | null;
  /** Answered today. */
  answered_today: number;
  away?: AwayReason | null;
  /** Certificates of training, by profile. */
  certificates?: Array<CertificateView> | null;
  /** E-mail. */
  email: string;
  /** `agt_…`. */
  id: string;
  /** Full name. */
  name: string;
  /** Where they stand. */
  presence: Presence;
  /** Mean rating, all time. */
  rating?: number | null;
  /** Role. */
  role: Role;
  /** RFC 3339. */
  since: string;
  /** Skills such as `lang:id`, `doc:passport`, `jur:SG`. */
  skills: Array<string>;
  /** A second factor is set up. */
  totp: boolean;
}

/** So many looks, and in so many both said the same. */
export interface AgreementView {
  /** Of them agreed. */
  agreed: number;
  /** Looks. */
  looks: number;
}

/** An API key. */
export interface ApiKeyView {
  /** False once revoked. */
  active: boolean;
  /** RFC 3339. */
  created_at: string;
  /** Shown once, when made. */
  key?: string | null;
  /** RFC 3339. */
  last_used_at?: string | null;
  /** What it is for. */
  name: string;
  /** Public part, such as `rk_test_3f9a`. */
  prefix: string;
}

/** `POST /v1/customer/call-back`: not now. */
export interface AskCallBack {
  /** RFC 3339, within the next 7 days; absent = as soon as an agent is free or the queue opens. */
  at?: string | null;
  /** The secret this browser holds, if it claimed before; needed once the link is claimed. */
  client_secret?: string | null;
  /** The link's secret. */
  token: string;
}

/** `POST /v1/customer/new-link`: the way out of an expired page. */
export interface AskNewLink {
  /** The secret this browser holds, if it claimed before: then the new link is given directly. */
  client_secret?: string | null;
  /** The old link's secret. */
  token: string;
}

/** Whom a pack is made for. */
export interface AskPack {
  /** Recipients of age (`age1…`) it is encrypted to, each of whom opens it alone with `age -d`; none makes a plain ZIP. */
  recipients?: Array<string>;
}

/** `POST /v1/admin/reviews/desk`: the page says every two seconds that its checker is there. */
export interface AtReviewDesk {
  /** Takes new work. */
  ready: boolean;
}

/** Why an agent is away. */
export type AwayReason = "break" | "training" | "meeting" | "missed" | "technical";

/** A part of a board: all of it when it is small. */
export interface BoardView {
  /** Which part, from 0. */
  part: number;
  /** Of how many. */
  parts: number;
  /** Counts every doing on it; `drawn` goes on from here. */
  seq: number;
  /** Strokes of this part, in order. */
  strokes: Array<StrokeView>;
  surface?: Surface | null;
}

/** How a tenant looks on the customer's page. */
export interface Brand {
  /** `#rrggbb`, contrast already enforced by the server. */
  color: string;
  /** Shown name. */
  name: string;
  /** Where "How we use your data" leads. */
  privacy_url: string;
  /** Where "Go back" leads; absent inside an embed. */
  return_url?: string | null;
}

/** A call back is booked. */
export interface CallBackBooked {
  /** RFC 3339. */
  at: string;
  /** Where the link will go (masked), if anywhere but the bank's page. */
  sent_to?: string | null;
}

/** What the customer's camera can do, read from the real track. */
export interface CameraAbilities {
  distance?: Range | null;
  /** Ways to focus. */
  focus?: Array<FocusMode>;
  /** Heights of the picture to choose from, lines, at most 8. */
  heights?: Array<number>;
  /** What it cannot do, and why. */
  lacking?: Array<Lacking>;
  /** Every camera, at most 8. */
  lenses?: Array<Lens>;
  /** Photographs at the sensor's own size. */
  take_photo?: boolean;
  /** There is a light. */
  torch?: boolean;
  zoom?: Range | null;
}

/** What of a camera can be controlled. */
export type CameraControl = "flip" | "lens" | "torch" | "zoom" | "focus" | "resolution" | "take_photo";

/** Why something of a camera cannot be controlled. */
export type CameraLack = "not_supported" | "front_camera" | "one_camera" | "browser_hides" | "no_track";

/** How the camera stands, read back from the track. */
export interface CameraSettings {
  /** The camera sends. */
  camera?: boolean;
  /** Metres, for `manual`. */
  distance?: number | null;
  /** Which way it looks. */
  facing?: Facing;
  focus?: FocusMode | null;
  /** The picture is held. */
  frozen?: boolean;
  /** Pixels of the picture the camera gives. */
  height?: number;
  /** Which lens. */
  lens?: string;
  /** The microphone sends. */
  microphone?: boolean;
  /** Light. */
  torch?: boolean | null;
  /** Pixels of the picture the camera gives. */
  width?: number;
  /** Factor, 1 = the least the camera has. */
  zoom?: number | null;
}

/** State of the customer's camera as their browser tells it. */
export type CameraState = "idle" | "prompting" | "on" | "off" | "denied" | "missing" | "busy" | "blocked" | "lost";

/** A canned reply. */
export interface CannedReply {
  /** Short name in the agent's menu. */
  key: string;
  /** Text per locale; `{name}`, `{agent}` and `{brand}` are filled in. */
  texts: Record<string, string>;
}

/** `GET /v1/cases/{id}/evidence` with a pass. */
export interface CaseEvidence {
  /** Images; bytes at `/v1/cases/{id}/evidence/images/{image}/original` and `…/shown`. */
  images: Array<EvidenceView>;
  /** Recordings, one for each session. */
  recordings: Array<RecordingView>;
}

/** `GET /v1/admin/cases/{id}`: everything about one case. */
export interface CaseFile {
  /** Chat. */
  chat: Array<ChatMessage>;
  /** As typed in the bank's form. */
  claimed: Claimed;
  /** Consents, oldest first. */
  consents: Array<ConsentView>;
  /** What keeps the evidence, and what became of it. */
  custody: CustodyView;
  decision?: DecisionView | null;
  /** Note written with the decision. */
  decision_note: string;
  /** Webhook deliveries of this case. */
  deliveries: Array<DeliveryView>;
  /** Evidence. */
  evidence: Array<EvidenceView>;
  /** Profile. */
  jurisdiction: ProfileView;
  /** Every line of the profile and how the case stands to it. */
  lines?: Array<LineView> | null;
  /** Agent's notes. */
  notes: string;
  /** Rating. */
  rating?: number | null;
  /** The customer's comment. */
  rating_comment: string;
  /** Recordings, one per session. */
  recordings: Array<RecordingView>;
  /** The newest answer of the policy. */
  recovery: Recovery;
  /** Attempts with images. */
  reports: Array<ReportView>;
  review?: ReviewView | null;
  /** The row. */
  row: CaseRow;
  /** Steps as they stand. */
  steps: Array<StepView>;
  /** The audit log of this case, oldest first, at most 2 000. */
  timeline: Array<TimelineEntry>;
}

/** A page of cases, newest first. */
export interface CasePage {
  /** At most 100. */
  cases: Array<CaseView>;
  /** Give it as `cursor` to read on; absent on the last page. */
  next_cursor?: string | null;
}

/** A row of the case list. */
export interface CaseRow {
  /** Name of the agent, if one had it. */
  agent?: string | null;
  /** RFC 3339. */
  created_at: string;
  /** `case_…`. */
  id: string;
  /** Language. */
  locale: string;
  /** Customer's name. */
  name: string;
  /** Where it stands. */
  phase: Phase;
  /** Reasons of the newest report. */
  reasons: Array<FailureReason>;
  /** Seconds from report to verdict "verified". */
  recovered_in?: number | null;
  /** The bank's reference. */
  reference: string;
  /** RFC 3339. */
  updated_at: string;
}

/** `GET /v1/admin/cases?q=&phase=&reason=&from=&to=&cursor=&limit=`. */
export interface CaseRows {
  /** Give it as `cursor` to read on. */
  next_cursor?: string | null;
  /** Newest first, at most 100. */
  rows: Array<CaseRow>;
}

/** A case as the bank sees it. */
export interface CaseView {
  /** RFC 3339. */
  created_at: string;
  decision?: DecisionView | null;
  /** `case_…`. */
  id: string;
  /** Code of the jurisdiction profile. */
  jurisdiction: string;
  /** Where it stands. */
  phase: Phase;
  /** The newest answer of the policy. */
  recovery: Recovery;
  /** The bank's reference. */
  reference: string;
  /** Attempts reported, oldest first. */
  reports: Array<ReportView>;
  /** RFC 3339. */
  updated_at: string;
}

/** How sure it is that the source says so. */
export type Certainty = "read" | "secondary" | "general" | "not_verified";

/** A certificate of training. */
export interface CertificateView {
  /** Profile's code. */
  profile: string;
  /** `holds`, `ends_soon` (within 30 days), `expired`. */
  state: string;
  /** Day of the training. */
  trained_on: string;
  /** Last day by the certificate itself. */
  until: string;
}

/** One liveness prompt and its outcome. */
export interface ChallengeView {
  /** Names this prompt in this case. */
  id: number;
  /** The number to read. */
  number?: string | null;
  /** `asked`, `passed`, `failed`, `withdrawn`. */
  outcome: string;
  part?: LivenessPart | null;
  /** What was asked. */
  prompt: LivenessPrompt;
}

/** A report whose answer changes. */
export interface ChangedReport {
  /** RFC 3339. */
  at: string;
  /** Rule that would speak. */
  because: string;
  /** `case_…`. */
  case: string;
  /** Would be. */
  now: RecoveryMode;
  /** Reasons. */
  reasons: Array<FailureReason>;
  /** Bank's reference. */
  reference: string;
  /** Was. */
  was: RecoveryMode;
}

/** One chat message. */
export interface ChatMessage {
  /** RFC 3339. */
  at: string;
  /** Who wrote it. */
  from: Seat;
  /** `msg_…`. */
  id: string;
  /** An image: `evd_…`. */
  image?: string | null;
  /** First name of the writer. */
  name: string;
  /** The page's own nonce, so that it can mark its message as delivered. */
  nonce: string;
  /** Text; empty when it is an image. */
  text: string;
}

/** One failed attempt of the automated check. */
export interface Check {
  /** Which attempt this was, 1–99. */
  attempt: number;
  /** What the machine concluded. */
  outcome: CheckOutcome;
  /** Why, 1–8 reasons, the weightiest first. */
  reasons: Array<FailureReason>;
  /** What the machine measured. */
  scores?: Scores;
  /** The vendor of the automated check, at most 100 characters. */
  vendor?: string | null;
  /** The vendor's own reference, at most 200 characters. */
  vendor_reference?: string | null;
}

/** What the automated check concluded. */
export type CheckOutcome = "failed" | "inconclusive";

/** One check digit. */
export interface CheckView {
  /** From 0. */
  column: number;
  /** From 0. */
  line: number;
  /** Whether they agree. */
  passed: boolean;
  /** `number`, `birth_date`, `expiry`, `personal_number`, `composite`. */
  protects: string;
  /** The character that stands there. */
  stands: string;
  /** The digit that should. */
  wanted: number;
}

/** `POST /v1/customer/claim`: the tap. Binds the link to this browser and records the consent. */
export interface Claim {
  /** Answer to the case challenge (`YYYY-MM-DD`), when another browser holds the link. */
  birth_date?: string | null;
  /** The secret this browser holds, if it claimed before. */
  client_secret?: string | null;
  /** The consent that was shown beside the button. */
  consent: ConsentGiven;
  /** True when the page sits in the bank's page. */
  embedded?: boolean;
  /** Camera, or chat with photographs. */
  mode: JoinMode;
  /** The link's secret, from the fragment. */
  token: string;
}

/** The answer to a claim. */
export interface ClaimKept {
  /**
   * 256 bits, base64url; keep it in this browser, send it in the socket's first message
   * and as bearer of uploads.
   */
  client_secret: string;
  /** Where the case stands now. */
  phase: Phase;
}

/** What the customer typed in the bank's form. */
export interface Claimed {
  /** Address as typed, at most 500 characters. */
  address?: string | null;
  /** `YYYY-MM-DD`, not in the future. */
  birth_date?: string | null;
  /** `YYYY-MM-DD`. */
  document_expiry?: string | null;
  /** Document number, at most 60 characters. */
  document_number?: string | null;
  /** Kind of document, such as `passport` or `nric`, at most 60 characters. */
  document_type?: string | null;
  /** Name as typed, at most 200 characters. */
  name?: string | null;
}

/** How decisions with one reason fare. */
export interface CodeAgreement {
  /** How often. */
  agreement: AgreementView;
  /** The maker's reason. */
  code: ReasonCode;
}

/** A code the customer is asked to type. */
export interface CodeAsk {
  /** Which way it went. */
  channel: CodeChannel;
  /** RFC 3339; tells a newer code from the one before. */
  sent_at: string;
  /** `open`, `matched`, `locked`, `expired`. */
  state: string;
  /** Where to, masked. */
  to: string;
  /** Guesses left. */
  tries_left: number;
}

/** Which way a one-time code goes. */
export type CodeChannel = "sms" | "email";

/** A code, without the code. */
export interface CodeView {
  /** Which way it went. */
  channel: CodeChannel;
  /** RFC 3339. */
  expires_at: string;
  /** RFC 3339. */
  sent_at: string;
  /** `open`, `matched`, `locked`, `expired`, `overtaken` (typed right, but not last). */
  state: string;
  /** Where to, masked. */
  to: string;
  /** Guesses left. */
  tries_left: number;
}

/** A colleague on duty. */
export interface Colleague {
  /** Waits for a customer. */
  free: boolean;
  /** `agt_…`. */
  id: string;
  /** Full name. */
  name: string;
}

/** Who sits at the table, as the customer may know it. */
export interface CompanyView {
  /** After a break the steps start afresh, because the rules of the country ask for it. */
  fresh_start: boolean;
  /** Was handed on and waits for the next agent. */
  handed: boolean;
  /** The customer is on hold. */
  hold: boolean;
  /** Everybody who can be heard by the customer beside the agent. */
  people: Array<Partaker>;
}

/** `POST /v1/me/totp/confirm`: puts the second factor in force. */
export interface ConfirmTotp {
  /** Six digits. */
  code: string;
  /** From [`TotpOffer`]. */
  pending: string;
}

/** The consent that was shown. */
export interface ConsentGiven {
  /** Locale shown. */
  locale: string;
  /** Hex SHA-256 from [`ConsentText`]. */
  sha256: string;
}

/** The consent text in every language, and the hash by which it is recorded. */
export interface ConsentText {
  /** Locale of `text`. */
  locale: string;
  /** Hex SHA-256 of `text` (UTF-8). */
  sha256: string;
  /** The sentence in the asked locale, brand filled in. */
  text: string;
  /** Version of the tenant's text. */
  version: number;
}

/** A recorded consent. */
export interface ConsentView {
  /** Network address. */
  address: string;
  /** RFC 3339. */
  at: string;
  /** Locale shown. */
  locale: string;
  /** Hex SHA-256 of the text. */
  sha256: string;
  /** The text itself, as shown. */
  text: string;
  /** Browser's own name. */
  user_agent: string;
}

/** Somewhere a code can go. */
export interface ContactView {
  /** Which way. */
  channel: CodeChannel;
  /** Masked. */
  to: string;
}

/** How far copies of recordings are behind. */
export interface CopiesView {
  /** Given up until somebody sends them again. */
  dead: number;
  /** Seconds that the oldest of them has waited. */
  lag_seconds: number;
  /** Not there yet. */
  waiting: number;
}

/** A copy of a recording in the tenant's own storage. */
export interface CopyView {
  /** RFC 3339: when it was there, whole. */
  at: string;
  /** How many objects. */
  objects: number;
  /** `ses_…`. */
  session: string;
  /** Kind of storage. */
  to: string;
}

/** A country. */
export interface CountryView {
  /** ISO 3166 alpha-2. */
  code: string;
  /** English name. */
  name: string;
}

/** What keeps the evidence of a case, and what became of it. */
export interface CustodyView {
  /** Copies in the tenant's own storage. */
  copies: Array<CopyView>;
  /** RFC 3339: the evidence is erased then by itself. Absent while the case is under way, and once it is erased. */
  due_at?: string | null;
  /** A request may end that time early. */
  early: boolean;
  erased?: ErasedView | null;
  hold?: HoldView | null;
  /** How long it is kept and who asks for that, in a sentence. */
  rule: string;
}

/** Who is being onboarded. */
export interface Customer {
  /** The link can be sent there. */
  email?: string | null;
  /** BCP 47 tag of the language to greet in, such as `ms` or `zh-Hans`. */
  locale: string;
  /** Full name in any script, 1–200 characters. */
  name: string;
  /** E.164, such as `+6591234567`; the link can be sent there. */
  phone?: string | null;
}

/** What a customer's page says on `/v1/customer/socket`. */
export type CustomerMessage =
  | {
    /** Chat messages already shown. */
    chat_after?: number;
    /** From the claim, once there is one. */
    client_secret?: string | null;
    /** From the fragment. */
    token: string;
    type: "hello";
  }
  | {
    /** Chosen by the page, one per RTCPeerConnection, 32 hexadecimal digits. */
    peer: string;
    /** SDP. */
    sdp: string;
    type: "offer";
  }
  | {
    /** What the camera can do. */
    abilities?: CameraAbilities;
    /** Camera. */
    camera: CameraState;
    /** Camera label. */
    camera_label?: string;
    /** The customer lets the agent control it, or does not; absent = as before. */
    controls_allowed?: boolean | null;
    /** Microphone is sending. */
    microphone: boolean;
    /** How it stands. */
    settings?: CameraSettings;
    type: "device";
    /** Page in front. */
    visible: boolean;
  }
  | {
    /** Chosen by the page, so that a repeat is one message: 1–40 characters. */
    nonce: string;
    /** 1–2 000 characters. */
    text: string;
    type: "chat";
  }
  | {
    /** True while typing. */
    on: boolean;
    type: "typing";
  }
  | {
    effect?: CameraSettings | null;
    /** `evd_…` of a photograph that was uploaded for it. */
    evidence?: string | null;
    /** The command's id. */
    id: number;
    /** Whether the device did it. */
    ok: boolean;
    type: "command_done";
    /** Why not: stable code such as `not_supported`, `refused`, `failed`; or empty. */
    why?: string;
  }
  | {
    /** RFC 3339; absent = as soon as possible. */
    at?: string | null;
    type: "call_back";
  }
  | {
    type: "leave";
  }
  | {
    /** At most 1 000 characters. */
    comment?: string;
    /** 1–5. */
    stars: number;
    type: "rate";
  }
  | {
    type: "ping";
  }
  | {
    /** RFC 3339 by the page's own clock. */
    at: string;
    /** The prompt's id. */
    id: number;
    /** The language it is shown in, BCP 47, 2–12 characters. */
    locale: string;
    type: "prompt_shown";
  }
  | {
    /** The prompt's id. */
    id: number;
    type: "prompt_declined";
  }
  | {
    /** For what. */
    held_for: HeldFor;
    /** The command's id. */
    id: number;
    type: "command_held";
  }
  | {
    /** Reading. */
    reading: MeterReading;
    type: "meters";
  }
  | {
    /** At most 64 bytes. */
    code: string;
    type: "code";
  }
  | {
    /** As they came. */
    fixes: Array<FixSaid>;
    type: "location";
  }
  | {
    type: "no_location";
    /** Why not. */
    why: LocationRefusal;
  }
  | {
    /** Counts up in this page's load; comes back with the doing or its refusal. */
    n: number;
    /** What. */
    op: DrawOp;
    type: "draw";
  }
  | {
    type: "board_again";
  }
  | {
    /** Messages received. */
    got: number;
    /** Messages shown. */
    seen: number;
    type: "chat_seen";
  };

/** What the server says to a customer's page. */
export type CustomerPush =
  | {
    type: "case";
    /** View. */
    view: CustomerView;
  }
  | {
    /** Index of the first. */
    from: number;
    /** Messages. */
    messages: Array<ChatMessage>;
    type: "chat";
  }
  | {
    /** The page's peer id. */
    peer: string;
    /** SDP. */
    sdp: string;
    type: "answer";
  }
  | {
    /** What. */
    command: DeviceCommand;
    /** Give it back in `command_done`. */
    id: number;
    type: "command";
  }
  | {
    /** True while typing. */
    on: boolean;
    type: "typing";
  }
  | {
    /** Step. */
    step: LadderStep;
    type: "ladder";
  }
  | {
    type: "replaced";
  }
  | {
    /** Stable code. */
    code: string;
    /** In words, for the console of the developer. */
    detail: string;
    type: "problem";
  }
  | {
    type: "pong";
  }
  | {
    /** Board. */
    board: BoardView;
    type: "board";
  }
  | {
    /** Who. */
    from: Seat;
    /** The `n` of the page that did it. */
    n: number;
    /** What. */
    op: DrawOp;
    /** Its number on this board; one left out means that something was missed. */
    seq: number;
    type: "drawn";
  }
  | {
    /** Stable code. */
    code: string;
    /** Its `n`. */
    n: number;
    type: "draw_refused";
  }
  | {
    /** Messages received. */
    got: number;
    /** Messages shown. */
    seen: number;
    type: "chat_seen";
  }
  | {
    /** Stable code. */
    code: string;
    /** The page's name for it. */
    nonce: string;
    type: "chat_refused";
  };

/** What the customer's browser tells of itself. */
export interface CustomerStatus {
  /** What the camera can do, and why not the rest. */
  abilities: CameraAbilities;
  /** Camera. */
  camera: CameraState;
  /** Label of the camera, as the browser names it (virtual cameras show here). */
  camera_label: string;
  /** The page's socket is open. */
  connected: boolean;
  /** The customer lets the agent control it. */
  controls_allowed: boolean;
  framing?: Framing | null;
  guide?: ImageSlot | null;
  /** Microphone is sending. */
  microphone: boolean;
  /** How it stands. */
  settings: CameraSettings;
  /** Customer is typing. */
  typing: boolean;
  /** The page is in front. */
  visible: boolean;
}

/** A case as the customer may see it. */
export interface CustomerView {
  /** First name of the agent, once one has answered. */
  agent_name?: string | null;
  /** True while the agent asks where the customer is. */
  asks_location: boolean;
  /** Brand. */
  brand: Brand;
  /** RFC 3339 of the call back, if booked. */
  call_back_at?: string | null;
  code?: CodeAsk | null;
  company?: CompanyView | null;
  /** The customer lets the agent control the device. */
  controls_allowed: boolean;
  ending?: Ending | null;
  framing?: Framing | null;
  guide?: ImageSlot | null;
  /** How the customer takes part. */
  mode: JoinMode;
  /** Where it stands. */
  phase: Phase;
  prompt?: PromptView | null;
  /** True once the customer has rated the agent. */
  rated: boolean;
  /** True while the server records. */
  recording: boolean;
  /** Seconds until the seat is given up, while interrupted. */
  resume_within?: number | null;
  /** Seats taken in the room. */
  seats: Array<Seat>;
  /** Grows with every change; older views are dropped by the page. */
  version: number;
  /** Place and expected wait while waiting. */
  wait: WaitView;
}

/** The decision on a case. */
export interface DecisionView {
  /** RFC 3339. */
  at: string;
  /** `agt_…` of the maker. */
  by: string;
  /** Why. */
  reasons: Array<ReasonCode>;
  /** `agt_…` of the checker, where the profile asks for one. */
  reviewed_by?: string | null;
  /** What was decided. */
  verdict: Verdict;
}

/** A declaration. */
export interface DeclaredView {
  /** RFC 3339. */
  at: string;
  /** Who. */
  by: string;
  /** In the operator's words. */
  statement: string;
}

/** One delivery with its attempts. */
export interface DeliveryView {
  /** Attempts so far. */
  attempts: number;
  /** `case_…`. */
  case: string;
  /** RFC 3339. */
  created_at: string;
  /** RFC 3339. */
  delivered_at?: string | null;
  /** Event type. */
  event: string;
  /** `dlv_…`, the webhook's `webhook-id`. */
  id: string;
  /** Why the last attempt failed, in words; never the receiver's body. */
  last_error: string;
  /** HTTP status of the last attempt, 0 if none came. */
  last_status: number;
  /** RFC 3339 of the next attempt. */
  next_at?: string | null;
  /** `pending`, `delivered`, `failing`, `dead`. */
  state: string;
  /** Host of the endpoint. */
  to: string;
}

/** The agent's own standing. */
export interface DeskView {
  /** Mean handle time today, seconds; absent before the first. */
  aht_seconds?: number | null;
  /** Answered today. */
  answered_today: number;
  /** True: rings are accepted after a chime without a key. */
  auto_accept: boolean;
  away?: AwayReason | null;
  /** `case_…` in hand, on call or in wrap-up. */
  case?: string | null;
  /** Seconds the longest of them has waited. */
  longest_wait: number;
  /** Where the agent stands. */
  presence: Presence;
  /** Mean rating today. */
  rating?: number | null;
  ring?: RingView | null;
  /** RFC 3339, since when. */
  since: string;
  /** Grows with every change. */
  version: number;
  /** Customers waiting that this agent could take. */
  waiting: number;
  /** True once the wrap-up was extended; it can be only once. */
  wrap_extended: boolean;
  /** RFC 3339, end of wrap-up. */
  wrap_until?: string | null;
}

/** What an agent can ask the customer's device to do. */
export type DeviceCommand =
  | {
    /** Pictures to take, of which the sharpest is proposed: 1–5; 0 counts as 1. */
    burst?: number;
    do: "photograph";
    /** The customer looks at it before it is sent; the step may ask for it too. */
    review?: boolean;
    /** What it shows. */
    slot: ImageSlot;
    /** Step it is for. */
    step?: string | null;
  }
  | {
    do: "flip";
  }
  | {
    do: "torch";
    /** On or off. */
    on: boolean;
  }
  | {
    do: "zoom";
    /** Factor, 1 = none. */
    factor: number;
  }
  | {
    do: "camera";
    /** On or off. */
    on: boolean;
  }
  | {
    do: "microphone";
    /** On or off. */
    on: boolean;
  }
  | {
    /** Take the photograph by itself when all is good. */
    auto?: boolean;
    do: "guide";
    frame?: FrameShape | null;
    /** The customer looks at it before it is sent; the step may ask for it too. */
    review?: boolean;
    slot?: ImageSlot | null;
    /** Step it is for. */
    step?: string | null;
  }
  | {
    do: "lens";
    /** Its id. */
    id: string;
  }
  | {
    do: "focus";
    /** How. */
    to: FocusTo;
  }
  | {
    do: "resolution";
    /** Lines. */
    height: number;
  }
  | {
    do: "freeze";
    /** Hold. */
    on: boolean;
  };

/**
 * What a person does on a board. Places are pairs of 0–65 535 from left to right and top to bottom of
 * the content (the camera's frame, the image), whatever the screen shows of it and however turned.
 */
export type DrawOp =
  | {
    /** Chosen by the page, new for each stroke of this person. */
    id: number;
    op: "begin";
    /** Tool. */
    tool: DrawTool;
    /** 1–100, thousandths of the content's width. */
    width: number;
    /** Where: x, y. */
    xy: Array<number>;
  }
  | {
    /** Which stroke. */
    id: number;
    op: "points";
    /** x, y, x, y …: 1–256 points. */
    xy: Array<number>;
  }
  | {
    /** Which stroke. */
    id: number;
    op: "end";
  }
  | {
    /** As in `begin`. */
    id: number;
    op: "text";
    /** 1–120 characters. */
    text: string;
    /** Height of the letters, thousandths of the content's width. */
    width: number;
    /** Where they begin: x, y. */
    xy: Array<number>;
  }
  | {
    op: "laser";
    /** Where: x, y. */
    xy: Array<number>;
  }
  | {
    op: "undo";
  }
  | {
    op: "redo";
  }
  | {
    op: "clear_mine";
  }
  | {
    op: "clear_all";
  };

/** What a stroke is drawn with. */
export type DrawTool = "pen" | "highlighter" | "arrow" | "rectangle" | "ellipse" | "text";

/** A piece of the trail of a drawing. */
export interface DrawingPiece {
  /** `evd_…`, as the log names it. */
  id: string;
  /** What was done, in order. */
  ops: Array<Drawn>;
  /** Which piece of that board, from 0. */
  piece: number;
  /** `ses_…`. */
  session: string;
  /** RFC 3339; the pieces of one board carry the same. */
  shown_at: string;
  /** What lay under it. */
  surface: Surface;
}

/** `GET /v1/admin/cases/{id}/drawings?from=`: what was drawn, piece by piece, in the order it was kept. */
export interface DrawingsView {
  /** Pieces that do not open, or are not what the log says: `evd_…`. */
  damaged: Array<string>;
  /** Give it as `from` to read on. */
  next?: string | null;
  /** Pieces of the trail; an answer holds about 4 MB of them. */
  pieces: Array<DrawingPiece>;
}

/** One doing. */
export interface Drawn {
  /** Milliseconds since the surface was shown. */
  at_ms: number;
  /** Who. */
  from: Seat;
  /** What. */
  op: DrawOp;
}

/** How it ended. */
export interface Ending {
  /** `verified`, `rejected`, `escalated`, `under_review`, `incomplete`, `abandoned`, `expired`. */
  outcome: string;
  /** Reason codes the customer may know (suspicion is never among them). */
  reasons: Array<ReasonCode>;
}

/** A webhook endpoint. */
export interface EndpointView {
  /** RFC 3339. */
  created_at: string;
  /** Events wanted; empty = all. */
  events: Array<string>;
  /** `whe_…`. */
  id: string;
  /** Shown once, when made: `whsec_…`. */
  secret?: string | null;
  /** `active`, `failing`, `disabled`. */
  state: string;
  /** Where. */
  url: string;
}

/** `POST /v1/admin/cases/{id}/erase`. */
export interface EraseBody {
  /** Why. */
  cause: EraseCause;
}

/** Why evidence was erased. */
export type EraseCause = "retention_over" | "customer_request" | "consent_withdrawn" | "collected_in_error";

/** An erasure. */
export interface ErasedView {
  /** RFC 3339. */
  at: string;
  /** Name of who asked for it; absent when its time was over. */
  by?: string | null;
  /** Why. */
  cause: EraseCause;
  /** Index in the tree of the entry that proves it; absent until it has its place. */
  entry?: number | null;
  /** Images that were there. */
  images: number;
  /** Hex digest of the key that was destroyed. */
  key: string;
  /** Chat messages that were there. */
  messages: number;
  /** Recordings that were there. */
  recordings: number;
}

/** One still or uploaded image. */
export interface EvidenceView {
  /** RFC 3339. */
  at: string;
  /** Bytes of the original. */
  bytes: number;
  /** Pixels of the original. */
  height: number;
  /** `evd_…`; bytes at `/v1/evidence/{id}/shown` and `/v1/evidence/{id}/original`. */
  id: string;
  /** Of an annotated picture: `evd_…` of the untouched one. */
  of?: string | null;
  /** Hex SHA-256 of the original. */
  sha256: string;
  /** What it shows. */
  slot: ImageSlot;
  /**
   * `report` (the failed attempt), `live` (photographed in the session), `upload` (file chosen by the customer), `chat`,
   * `screen` (what the agent saw), `annotated` (the same with what was drawn on it).
   */
  source: string;
  /** The step it was taken for. */
  step?: string | null;
  /** Pixels of the video stream at that moment, for the ratio; absent for uploads. */
  stream_width?: number | null;
  /** Pixels of the original. */
  width: number;
}

/** Which way a camera looks. */
export type Facing = "unknown" | "user" | "environment";

/** Why the automated check failed. */
export type FailureReason =
  | "document_glare"
  | "document_blur"
  | "document_dark"
  | "document_shadow"
  | "document_cropped"
  | "document_low_resolution"
  | "document_obscured"
  | "document_damaged"
  | "document_expired"
  | "document_unsupported"
  | "document_recently_issued"
  | "face_mismatch"
  | "liveness_failed"
  | "name_mismatch"
  | "data_mismatch"
  | "technical_failure"
  | "suspected_tampering"
  | "suspected_impersonation"
  | "confirmed_fraud";

/** Which kind of work a feature is. */
export type FeatureCategory = "diffractive" | "personalisation" | "material" | "print";

/** One security feature. */
export interface FeatureView {
  /** Its category. */
  category: FeatureCategory;
  /** Which. */
  feature: SecurityFeature;
  /** Seen or not; absent: not looked at yet. */
  seen?: boolean | null;
}

/** Security features that were drawn. */
export interface FeaturesView {
  /** Of how many categories. */
  categories: number;
  /** Those drawn. */
  drawn: Array<FeatureView>;
  /** How many more may be drawn. */
  left: number;
  /** How many must be seen. */
  wanted: number;
}

/** One field at fault. */
export interface FieldError {
  /** Stable code, such as `out_of_range`. */
  code: string;
  /** What is wrong, in words. */
  detail: string;
  /** JSON Pointer (RFC 6901) into the request body, such as `/check/scores/face`. */
  pointer: string;
}

/** What a checker finds about the customer. */
export type Finding = "approve" | "recapture" | "reject" | "escalate";

/** A finding and the reasons that belong to it. */
export interface FindingReasons {
  /** Finding. */
  finding: Finding;
  /** Its reasons. */
  reasons: Array<ReviewReason>;
}

/** One reading of a device. */
export interface FixSaid {
  /** Radius, metres. */
  accuracy: number;
  /** Milliseconds. */
  age_ms?: number;
  /** Whether a height came with it. */
  height?: boolean;
  /** Degrees. */
  lat: number;
  /** Degrees. */
  lon: number;
}

/** The floor: live sessions (for supervisors) and colleagues (to hand a customer on to). */
export interface FloorView {
  /** Colleagues on duty. */
  colleagues: Array<Colleague>;
  /** Live sessions, longest first; empty for agents. */
  live: Array<LiveRow>;
  /** Skills somebody on duty has, such as `lang:ta`, `level:senior`. */
  skills: Array<string>;
  /** May watch, whisper, join and take over. */
  supervises: boolean;
}

/** How a camera focuses. */
export type FocusMode = "continuous" | "point" | "manual";

/** Where to focus. */
export type FocusTo =
  | {
    mode: "continuous";
  }
  | {
    mode: "point";
    /** 0 = left edge of the picture as it is sent, 1 = right. */
    x: number;
    /** 0 = top, 1 = bottom. */
    y: number;
  }
  | {
    /** Metres. */
    distance: number;
    mode: "manual";
  };

/** A place, as told by the device. */
export interface FoundView {
  /** Radius of the circle it lies in, metres. */
  accuracy: number;
  /** Age of the reading when it was sent, milliseconds. */
  age_ms: number;
  /** RFC 3339. */
  at: string;
  claimed?: CountryView | null;
  /** Where the claimed country comes from: `address`, `jurisdiction`; empty when there is none. */
  claimed_by: string;
  country?: CountryView | null;
  /** Kilometres to the claimed country; 0 inside. */
  distance_km?: number | null;
  /** Readings sent. */
  fixes: number;
  /** What a person should look at; never a verdict. */
  hints: Array<LocationHint>;
  /** Degrees. */
  lat: number;
  /** Degrees. */
  lon: number;
  /** What the network address says: `no_database`, `unknown`, `country`. */
  network: string;
  network_country?: CountryView | null;
}

/** Shape of the frame on the customer's screen. */
export type FrameShape = "id1" | "id3" | "a4" | "face";

/** The frame on the customer's screen beside what it is for. */
export interface Framing {
  /** The phone takes the photograph by itself when all is good. */
  auto: boolean;
  /** The command that asked for it. */
  command: number;
  /** The customer looks at the photograph before it is sent. */
  review: boolean;
  /** Its shape. */
  shape: FrameShape;
  /** The step the photograph is for. */
  step?: string | null;
}

/** A hole in a recording. */
export interface GapView {
  /** Offset from the session's start. */
  from_ms: number;
  /** `audio` or `video`. */
  kind: string;
  /** Whose. */
  seat: Seat;
  /** Offset from the session's start. */
  to_ms: number;
  /** Why, in a stable code: `loss`, `interrupted`, `server_stopped`, `recorder_full`. */
  why: string;
}

/** `POST /v1/cases/{id}/access`. */
export interface GrantAccess {
  /** How long, 1 to 60. */
  minutes: number;
  /** What it opens; at least one. */
  scope: Array<AccessScope>;
}

/** A pass; its token is only in this answer. */
export interface GrantedAccess {
  /** RFC 3339. */
  expires_at: string;
  /** What it opens. */
  scope: Array<AccessScope>;
  /** Send it as `Authorization: Bearer rp_…` to the addresses under `/v1/cases/{id}/evidence`. */
  token: string;
}

/** Why a customer was handed on. */
export interface HandedView {
  /** RFC 3339. */
  at: string;
  /** In the words of the agent before. */
  reason: string;
  /** To a senior. */
  senior: boolean;
}

/** What a photograph waits for on the customer's device. */
export type HeldFor = "hand" | "review" | "upload";

/** What the customer is told while a document is framed; one at a time. */
export type Hint = "good" | "missing" | "cropped" | "far" | "near" | "tilted" | "dark" | "bright" | "glare" | "blur";

/** `POST /v1/admin/cases/{id}/hold` and `…/release`. */
export interface HoldBody {
  /** Why, 3 to 500 characters. */
  reason: string;
}

/** A legal hold. */
export interface HoldView {
  /** RFC 3339. */
  at: string;
  /** Name of who set it. */
  by: string;
  /** Why, in their words. */
  reason: string;
}

/** Opening hours. */
export interface HoursBody {
  /**
   * Spans of minutes per weekday, Monday first, 7 lists, at most 4 spans each: `[[480, 1320]]`.
   * Always open: `[[0, 1440]]` on each day.
   */
  week: Array<Array<Array<number>>>;
  /** IANA time zone. */
  zone: string;
}

/** A relay of the operator. */
export interface IceServer {
  /** Short-lived credential. */
  credential?: string | null;
  /** `turn:` or `stun:` addresses. */
  urls: Array<string>;
  /** Short-lived user name. */
  username?: string | null;
}

/** What the agent sees of it. */
export interface IdentityView {
  code?: CodeView | null;
  /** What comes before such a code and is open: `step:` and its key, `line:` and the id of a profile's line. */
  code_after: Array<string>;
  /** The code ends the session: it counts only after everything else. */
  code_last: boolean;
  /** Where a code can go, masked. */
  contacts: Array<ContactView>;
  /** The customer's place. */
  location: LocationView;
  mrz?: MrzView | null;
  /** Claimed beside read, every field but the machine-readable lines. */
  readings: Array<ReadingView>;
  /** Codes that may still be sent in this session. */
  sends_left: number;
}

/** What an uploaded or photographed image shows. */
export type ImageSlot = "document_front" | "document_back" | "document_tilt" | "portrait" | "selfie" | "other_page";

/** An uploaded image. */
export interface ImageView {
  /** Pixels. */
  height: number;
  /** `evd_…`. */
  id: string;
  /** Hex SHA-256 of the original bytes. */
  sha256: string;
  /** What it shows. */
  slot: ImageSlot;
  /** Pixels. */
  width: number;
}

/** What an interpreter's page says on `/v1/interpreter/socket`. */
export type InterpreterMessage =
  | {
    /** From `seated`, after a reload. */
    client_secret?: string | null;
    /** From the fragment. */
    token: string;
    type: "hello";
  }
  | {
    /** 1–80 characters, told to both sides. */
    name: string;
    /** Hash of the notice that was shown. */
    notice_sha256: string;
    type: "join";
  }
  | {
    /** Chosen by the page, 32 hexadecimal digits. */
    peer: string;
    /** SDP. */
    sdp: string;
    type: "offer";
  }
  | {
    type: "leave";
  }
  | {
    type: "ping";
  };

/** What the server says to an interpreter's page. */
export type InterpreterPush =
  | {
    type: "session";
    /** View. */
    view: InterpreterView;
  }
  | {
    /** Give it back with `hello`. */
    client_secret: string;
    type: "seated";
  }
  | {
    /** The page's peer id. */
    peer: string;
    /** SDP. */
    sdp: string;
    type: "answer";
  }
  | {
    type: "ended";
  }
  | {
    /** Stable code. */
    code: string;
    /** In words. */
    detail: string;
    type: "problem";
  }
  | {
    type: "pong";
  };

/** A session as its interpreter sees it: no name and no data of the customer. */
export interface InterpreterView {
  /** First name of the agent. */
  agent_name: string;
  /** How the page should look. */
  brand: Brand;
  /** The customer is on hold. */
  hold: boolean;
  /** Tag of the language spoken with the customer. */
  language: string;
  /** What is agreed to. */
  notice: string;
  /** Hash of the notice. */
  notice_sha256: string;
  /** The seat is this page's. */
  seated: boolean;
}

/** How the customer takes part. */
export type JoinMode = "video" | "photos";

/** A control that the device lacks. */
export interface Lacking {
  /** Which. */
  control: CameraControl;
  /** Why. */
  why: CameraLack;
}

/** How much picture to send. */
export type LadderStep = "full" | "medium" | "low" | "stills";

/** One camera of the device. */
export interface Lens {
  /** Which way it looks. */
  facing: Facing;
  /** The browser's id of it; good for this page only. */
  id: string;
  /** The browser's name of it. */
  label: string;
}

/** One proof of a line. */
export interface LineProof {
  /** `step`, `image`, `prompt`, `consent`, `recorded`, … */
  is: string;
  /** The step's key, an id, a number, a country or a time, by `is`. */
  of: string;
}

/** A number of a line. */
export interface LineValue {
  /** By the profile itself. */
  base: number;
  /** The strictest it can be. */
  end: number;
  /** As it is in force. */
  is: number;
  /** Its name. */
  name: string;
  /** Which way it is stricter. */
  stricter: Stricter;
}

/** A line of a profile, and how a case stands to it. */
export interface LineView {
  /** What proves it, for `met`. */
  by: Array<LineProof>;
  /** How sure that is. */
  certainty: Certainty;
  /** The document and its paragraph, or that the paragraph was not verified. */
  citation: string;
  /** Stable, such as `de.security_features`. */
  id: string;
  /** Kind, such as `security_features`. */
  kind: string;
  /** Without it nobody is verified; otherwise it is advice. */
  mandatory: boolean;
  /** What must be known beside it. */
  note: string;
  /** `met`, `missing`, `declared`, `follows`, `not_applicable`. */
  standing: string;
  /** The operator's statement, for `declared`. */
  statement?: string | null;
  /** In plain words. */
  title: string;
  /** Code of why, for `missing`, `follows` and `not_applicable`. */
  why?: string | null;
}

/** Which page to show for a link. */
export type LinkState =
  | "ready"
  | "yours"
  | "open_elsewhere"
  | "locked"
  | "expired"
  | "replaced"
  | "closed_hours"
  | "verified"
  | "ended"
  | "unknown";

/** What a link leads to. */
export interface LinkView {
  /** How the page should look. */
  brand: Brand;
  /** The consent text shown, so that its hash can be given back. */
  consent: ConsentText;
  /** The document asked for, as the bank named it. */
  document_type?: string | null;
  /** ICE servers beyond our own, for an operator's relay. */
  ice_servers: Array<IceServer>;
  /** Locale asked for by the bank. */
  locale: string;
  /** RFC 3339; when the next agent is there, if the queue is closed. */
  opens_at?: string | null;
  /** Why the check failed: which preparation to name. */
  reasons: Array<FailureReason>;
  /** Which page to show. */
  state: LinkState;
  /** Expected wait, if the queue is open. */
  wait: WaitView;
}

/** One live session. */
export interface LiveRow {
  /** The agent's name. */
  agent: string;
  /** `case_…`. */
  case: string;
  /** Language tag. */
  locale: string;
  /** The customer's name. */
  name: string;
  /** RFC 3339. */
  started_at: string;
  /** `joining`, `live`, `interrupted`, `hold`. */
  state: string;
  /** First name of the supervisor who is there. */
  supervisor?: string | null;
}

/** A colour of the screen. */
export type LivenessColor = "blue" | "green" | "amber" | "lilac";

/** What a liveness prompt needs of a person. */
export type LivenessNeed = "blink" | "movement" | "speech" | "hearing" | "hands" | "sight" | "light";

/** A part of the face, left and right as the customer feels them. */
export type LivenessPart = "forehead" | "left_eye" | "right_eye" | "nose" | "left_cheek" | "right_cheek" | "mouth" | "chin";

/** What the customer is asked to do to show that they are live. */
export type LivenessPrompt =
  | "turn_left"
  | "turn_right"
  | "look_up"
  | "look_down"
  | "smile"
  | "blink_twice"
  | "move_closer"
  | "cover_part"
  | "read_number"
  | "read_phrase"
  | "pass_document"
  | "follow_dot"
  | "screen_colors";

/** What a told place may hint at. */
export type LocationHint =
  | "zero_accuracy"
  | "round_coordinates"
  | "identical_fixes"
  | "fine_without_height"
  | "stale"
  | "jump"
  | "other_network_country";

/** Why there is no place. */
export type LocationRefusal = "customer" | "browser" | "unavailable" | "timed_out";

/** The customer's place. */
export interface LocationView {
  /** Times it may still be asked. */
  asks_left: number;
  found?: FoundView | null;
  /** An answer is awaited. */
  open: boolean;
  /** The last answer was no: `customer`, `browser`, `unavailable`, `timed_out`. */
  refused?: string | null;
  /** The procedure needs it; else it cannot be asked for. */
  wanted: boolean;
}

/** A place where checkpoints are laid down. */
export interface LogPublished {
  /** RFC 3339. */
  at?: string | null;
  /** `folder` or `mail`. */
  kind: string;
  /** The newest size there; 0 for none since the server started. */
  size: number;
  /** Why the last try failed, in words. */
  why?: string | null;
}

/** The log's newest signed checkpoint and whether it fits. */
export interface LogView {
  /** C2SP signed note. */
  checkpoint: string;
  /** Newest entries, newest first, at most 100. */
  entries: Array<TimelineEntry>;
  /** Why nothing is signed any more: `put_back`, `other_root`, `witness_ahead` or `contradicted`. */
  halted?: string | null;
  /** Entries committed and not yet sequenced. */
  pending: number;
  /** Where else checkpoints are laid down. */
  published?: Array<LogPublished>;
  /** Entries in the tree. */
  size: number;
  /** Verifier key of the note. */
  verifier_key: string;
  /** Who signs checkpoints beside this server. */
  witnesses?: Array<LogWitness>;
}

/** A witness of the log, and how it stands with it. */
export interface LogWitness {
  /** RFC 3339, by its clock. */
  at?: string | null;
  /** Its verifier key. */
  key: string;
  /** The name it signs under. */
  name: string;
  /** The largest size it signed; 0 for nothing yet. */
  size: number;
  /** Why it did not sign the last time, in words. */
  why?: string | null;
}

/** `POST /v1/customer/look`: what does this link lead to? Consumes nothing. */
export interface Look {
  /** The secret this browser got when it claimed the link before, if it did. */
  client_secret?: string | null;
  /** The link's secret, from the fragment. */
  token: string;
}

/** Who is signed in. */
export interface Me {
  /** `agt_…`. */
  id: string;
  /** Full name. */
  name: string;
  /** Looks at the decisions of others. */
  reviews?: boolean;
  /** Role. */
  role: Role;
  /** Tenant's brand name. */
  tenant: string;
  /** True when a second factor is set up. */
  totp: boolean;
}

/** What the meters on the customer's phone read in the frame; never stored. */
export interface MeterReading {
  /** Re-blur ratio, 0 sharp to 1 blurred. */
  blur: number;
  /** A document with four sides was found. */
  found: boolean;
  /** Share of it under the largest reflection, 0–1. */
  glare: number;
  /** How long all has been good, milliseconds. */
  good_ms: number;
  /** What the customer is told. */
  hint: Hint;
  /** Brightness of its lightest tenth, 0–255. */
  light: number;
  /** Least distance to the edge of the picture as a share of the frame's width; below 0 = cut off. */
  margin: number;
  /** Its width as a share of the frame's. */
  size: number;
  /** Largest departure from upright and square, degrees. */
  tilt: number;
}

/** A field as the machine-readable lines have it. */
export interface MrzField {
  /** Which. */
  field: ReadField;
  /** Its text. */
  text: string;
}

/** The machine-readable lines (ICAO 9303). */
export interface MrzView {
  /** For `character`: line and column from 1; for `length`: places typed and the nearest length a document has. */
  at: Array<number>;
  /** Every check digit. */
  checks: Array<CheckView>;
  /** What they say of other fields, ready to be taken over. */
  fields: Array<MrzField>;
  /** `td1`, `td2`, `td3`; absent when they cannot be read. */
  format?: string | null;
  /** Issuing state and its name, if known. */
  issuer: string;
  /** The lines, cleaned. */
  lines: Array<string>;
  /** Why they cannot be read: `too_long`, `character`, `length`. */
  problem?: string | null;
  /** As typed. */
  typed: string;
  /** `expired`, `birth_date_impossible`, `expiry_impossible`, `born_after_expiry`. */
  warnings: Array<string>;
}

/** How a new link reaches the customer. */
export interface NewLink {
  /**
   * Sent to the phone or e-mail on file (masked), or absent if there is none
   * and the bank's page must show it.
   */
  sent_to?: string | null;
  /** Given directly when the asking browser is the one that held the old link. */
  url?: string | null;
}

/** Numbers of today and of this moment. Day = tenant's time zone. */
export interface NumbersView {
  /** Left the queue unanswered today. */
  abandoned: number;
  /** Agents by presence. */
  agents_available: number;
  /** Agents away. */
  agents_away: number;
  /** Agents on call. */
  agents_on_call: number;
  /** Agents in wrap-up. */
  agents_wrap_up: number;
  /** Answered today. */
  answered: number;
  /** RFC 3339, when counted. */
  at: string;
  copies?: CopiesView | null;
  /** Decided today. */
  decided: number;
  /** In a session now. */
  live: number;
  /** Why the audit log is not signed any more, if so: a code of `LogView`. */
  log_halted?: string | null;
  /** Seconds the longest waits now. */
  longest_wait: number;
  /** Median seconds from report to "verified", today. */
  median_recovery_seconds?: number | null;
  /** Median seconds waited, today. */
  median_wait_seconds?: number | null;
  /** Customers who entered the queue today. */
  offered: number;
  /** Who waits, longest first, at most 50. */
  queue: Array<QueueRow>;
  /** Verified today. */
  recovered: number;
  /** Failed checks reported today. */
  reported: number;
  /** Seconds the oldest of those waits for which a customer waits. */
  reviews_oldest?: number;
  /** Second looks that wait. */
  reviews_waiting?: number;
  /** Share answered within 20 s, 0..1, today (answered / (answered + abandoned)). */
  service_level?: number | null;
  /** Sessions that run now, longest first, at most 50. */
  sessions?: Array<SessionRow>;
  /** Waiting now. */
  waiting: number;
}

/** A question of the bank's own, read aloud by the agent. */
export interface OwnQuestion {
  /** Names it in the log: 1–40 of a–z, 0–9 and `_`. */
  key: string;
  /** Its words by locale, 1–200 characters each. */
  texts: Record<string, string>;
}

/** How a pack stands. */
export type PackState = "none" | "working" | "ready" | "failed";

/** The evidence pack of a case. */
export interface PackView {
  /** What one could expect and is not in it, in sentences. */
  absent: Array<string>;
  /** Bytes, once it is ready. */
  bytes: number;
  /** How far it is, in thousandths. */
  permille: number;
  /** How many recipients it is encrypted to; 0 is a plain ZIP. */
  recipients: number;
  /** How it stands. */
  state: PackState;
  /** Where to fetch it, once it is ready; each time is an entry in the log. */
  url?: string | null;
}

/** How two people agree who met blind. */
export interface PairAgreement {
  /** How often. */
  agreement: AgreementView;
  /** The checker's name. */
  checker: string;
  /** Cohen's kappa, -1..1; absent where it is not defined. */
  kappa?: number | null;
  /** The maker's name. */
  maker: string;
}

/** Somebody who takes part beside the two who talk. */
export interface Partaker {
  /** Tag of the language an interpreter speaks with the customer. */
  language?: string | null;
  mode?: SupervisorMode | null;
  /** First name. */
  name: string;
  /** `supervisor` or `interpreter`. */
  seat: Seat;
}

/** How one person agrees with others. */
export interface PersonAgreement {
  /** How often. */
  agreement: AgreementView;
  /** `agt_…`. */
  id: string;
  /** Median seconds from beginning to finding, of a checker. */
  median_look?: number | null;
  /** Name. */
  name: string;
}

/** An entry of a person's log. */
export interface PersonEntry {
  /** `case_…`, if it is about one. */
  case?: string | null;
  /** The entry. */
  entry: TimelineEntry;
  /** Which group it belongs to: `sign_in`, `presence`, `training`, `contact`, `view`, `work`, `decision`, `review`, `setting`, `other`. */
  group: string;
  /** Why, in the person's own words, where the case still holds them: of a waiver. */
  reason?: string | null;
}

/** `GET /v1/admin/people/{id}/log?group=&cursor=&limit=`: what one person did, and what is about them. */
export interface PersonLog {
  /** Newest first, at most 200. */
  entries: Array<PersonEntry>;
  /** `agt_…`. */
  id: string;
  /** Name. */
  name: string;
  /** Give it as `cursor` to read on. */
  next_cursor?: string | null;
  /** Role. */
  role: Role;
}

/** Where a case stands. */
export type Phase =
  | "reported"
  | "invited"
  | "claimed"
  | "waiting"
  | "callback"
  | "live"
  | "interrupted"
  | "deciding"
  | "under_review"
  | "verified"
  | "rejected"
  | "escalated"
  | "abandoned"
  | "expired";

/** `POST /v1/customer/photographs`, answer: the photograph is kept. */
export interface PhotographKept {
  /** Pixels of the original. */
  height: number;
  /** `evd_…`. */
  id: string;
  /** Hex SHA-256 of the original bytes as they arrived. */
  sha256: string;
  /** What it shows. */
  slot: ImageSlot;
  /** Pixels of the original. */
  width: number;
}

/** The trigger policy of a tenant: data, versioned. */
export interface PolicyBody {
  /** When agents are there. */
  hours: HoursBody;
  /** How long a link lives, 1–1 440 minutes. */
  invitation_minutes: number;
  /** Default jurisdiction profile. */
  jurisdiction: string;
  /** First match speaks; at most 64. */
  rules: Array<RuleBody>;
}

/** An earlier version. */
export interface PolicyVersion {
  /** RFC 3339. */
  at: string;
  /** Name of the author. */
  by: string;
  /** Version. */
  version: number;
}

/** A policy with its history. */
export interface PolicyView {
  /** RFC 3339. */
  at: string;
  /** The rules. */
  body: PolicyBody;
  /** Name of the author. */
  by: string;
  /** Earlier versions, newest first, at most 50. */
  history: Array<PolicyVersion>;
  /** Known jurisdiction profiles. */
  profiles: Array<ProfileView>;
  /** Version. */
  version: number;
}

/** Where an agent stands. */
export type Presence = "offline" | "away" | "available" | "reserved" | "on_call" | "wrap_up";

/** An RFC 9457 problem document, `application/problem+json`. */
export interface Problem {
  /** Stable `snake_case` code; programs decide by this. */
  code: string;
  /** What happened here and what to do. */
  detail: string;
  /** The fields at fault, if the request was at fault. */
  errors?: Array<FieldError>;
  /** Names this occurrence in the operator's log. */
  instance: string;
  /** The HTTP status. */
  status: number;
  /** A short human-readable summary, the same for every occurrence. */
  title: string;
  /** A URI reference that names the kind of problem: `/problems#<code>`. */
  type: string;
}

/** A profile with all its lines. */
export interface ProfileDetail {
  /** `SG`, `EU-AMLA`, `default`, … */
  code: string;
  /** The day from which this version is meant. */
  effective: string;
  /** In the order of the file. */
  lines: Array<ProfileLine>;
  /** "Singapore (MAS)". */
  name: string;
  /** Of its file. */
  sha256: string;
  /** Where the rules stand. */
  source: string;
  /** Version of its file. */
  version: number;
}

/** A line as the profile has it, and as the operator made it. */
export interface ProfileLine {
  /** How sure that is. */
  certainty: Certainty;
  /** The document and its paragraph, or that the paragraph was not verified. */
  citation: string;
  /** Only the operator can vouch for it. */
  declarable: boolean;
  declared?: DeclaredView | null;
  /** Stable. */
  id: string;
  /** Kind. */
  kind: string;
  /** Mandatory by the profile itself. */
  mandatory: boolean;
  /** What must be known beside it. */
  note: string;
  raised?: RaisedView | null;
  /** In plain words. */
  title: string;
  /** Its numbers. */
  values: Array<LineValue>;
}

/** The jurisdiction profile in words. */
export interface ProfileView {
  /** `SG`, `ID`, …, or `default`. */
  code: string;
  /** "Singapore (MAS)". */
  name: string;
  /** True: an interruption voids the evidence and restarts. */
  restart_on_interruption: boolean;
  /** True: a second person reviews the decision. */
  reviewed: boolean;
}

/** `GET /v1/admin/profiles`. */
export interface ProfilesView {
  /** By code. */
  profiles: Array<ProfileDetail>;
  /** Version of the tenant's policy, which holds what was set beside the profiles. */
  version: number;
}

/** A spot on a grid of three by three, 0 to 2 from the customer's upper left. */
export interface PromptSpot {
  /** Column. */
  x: number;
  /** Row. */
  y: number;
}

/** A liveness prompt on the customer's screen; the agent's page draws the same from it. */
export interface PromptView {
  /** How the screen lights the face, for `screen_colors`. */
  colors?: Array<LivenessColor> | null;
  /** The customer said that they cannot do this. */
  declined: boolean;
  /** RFC 3339, when its seconds are over. */
  due?: string | null;
  /** Names this prompt in this case. */
  id: number;
  /** The language in which the customer's page showed it. */
  locale?: string | null;
  /** What it needs of the customer; an alternative without each is one message away. */
  needs: Array<LivenessNeed>;
  /** The number to read aloud, for `read_number`. */
  number?: string | null;
  part?: LivenessPart | null;
  /** Where the dot goes, for `follow_dot`. */
  path?: Array<PromptSpot> | null;
  /** What to do. */
  prompt: LivenessPrompt;
  /** Seconds it is given. When they are over the agent decides; nothing fails by itself. */
  seconds: number;
  /** RFC 3339, when the customer's page showed it. */
  shown_at?: string | null;
  /** How long each spot or colour lasts. */
  step_ms?: number | null;
  /** The words to read aloud, for `read_phrase`: indexes into the list of the customer's language. */
  words?: Array<number> | null;
}

/** One entry and its way to the root. */
export interface ProofView {
  /** The entry in its canonical form; its leaf is SHA-256(0x00, these bytes). */
  entry: string;
  /** `ent_…`. */
  id: string;
  /** Its place in the tree. */
  index: number;
  /** Hex hashes from the leaf upwards (RFC 9162, 2.1.3). */
  path: Array<string>;
}

/**
 * `GET /v1/admin/cases/{id}/proofs`: what it takes to check the entries of a case against the newest signed checkpoint, without
 * trusting this server's word for it.
 */
export interface ProofsView {
  /** C2SP signed checkpoint, as text. */
  checkpoint: string;
  /** Those entries of the case's timeline that it covers, in the order of the tree. */
  proofs: Array<ProofView>;
  /** The size of the tree it signs. */
  size: number;
  /** The key that signed it: `name+hash+base64`. */
  verifier_key: string;
}

/** A question of the procedure. */
export interface QuestionView {
  /** `match`, `no_match`, `not_asked`. */
  answer: string;
  /** What the claimed data says, for the agent to compare; absent when nothing is on file. */
  expected?: string | null;
  /** `birth_date`, `address`, `document_number`, `purpose`, …, or the tenant's own. */
  key: string;
  /** The same in the customer's language, to be read out. */
  spoken?: string | null;
  /** The tenant's own words: in English (or the first language there is), for the agent. */
  text?: string | null;
}

/** Somebody who waits. */
export interface QueueRow {
  /** `case_…`. */
  id: string;
  /** Language. */
  locale: string;
  /** Name. */
  name: string;
  /** Reason. */
  reason: FailureReason;
  /** `queued`, `ringing`, `parked`. */
  state: string;
  /** Seconds waited. */
  waited: number;
}

/** A line made stricter. */
export interface RaiseLine {
  /** Mandatory; a line that is so already stays so. */
  mandatory: boolean;
  /** Why, 3 to 300 characters. */
  reason: string;
  /** Numbers by name, each at least as strict as the profile's. */
  values?: Record<string, number>;
}

/** A line made stricter. */
export interface RaisedView {
  /** RFC 3339. */
  at: string;
  /** Who. */
  by: string;
  /** Made mandatory. */
  mandatory: boolean;
  /** Why. */
  reason: string;
}

/** What a setting may be. */
export interface Range {
  /** Most. */
  max: number;
  /** Least. */
  min: number;
  /** Between two values; 0 = none is known. */
  step: number;
}

/** What the agent can read off a document. */
export type ReadField = "name" | "birth_date" | "document_number" | "expiry" | "address" | "nationality" | "mrz";

/** A field, claimed and read. */
export interface ReadingView {
  /** As claimed. */
  claimed?: string | null;
  /** Which. */
  field: ReadField;
  /** A date of expiry that has passed, or a date of birth that is still to come. */
  implausible: boolean;
  /** The two are written in different scripts. */
  other_script: boolean;
  /** `same`, `same_but_marks`, `same_but_order`, `particle`, `different`, `unclaimed`; absent before it was read. */
  outcome?: string | null;
  /** As read. */
  read?: string | null;
  /** Both, piece by piece, where they differ. */
  segments: Array<SegmentView>;
}

/** The published reasons of a decision. */
export type ReasonCode =
  | "identity_confirmed"
  | "identity_confirmed_data_corrected"
  | "document_unreadable"
  | "document_expired"
  | "document_damaged"
  | "document_not_accepted"
  | "document_not_present"
  | "face_does_not_match"
  | "liveness_not_shown"
  | "data_does_not_match"
  | "answers_do_not_match"
  | "suspected_forgery"
  | "suspected_impersonation"
  | "suspected_coercion"
  | "customer_declined"
  | "customer_left"
  | "poor_connection"
  | "no_camera"
  | "technical_fault"
  | "unusual_document"
  | "needs_specialist";

/** How often a reason was given against a decision. */
export interface ReasonCount {
  /** How often. */
  count: number;
  /** The checker's reason. */
  reason: ReviewReason;
}

/** A playable file made from sealed segments. */
export interface RecordingFile {
  /** Length of the file. */
  bytes: number;
  /** Length. */
  duration_ms: number;
  /** Pixels, 0 for audio. */
  height: number;
  /** `video/webm`, `audio/webm`, `video/x-matroska`. */
  mime: string;
  /** Whose. */
  seat: Seat;
  /** Offset from the session's start. */
  starts_at_ms: number;
  /** Where to read it; supports range requests. */
  url: string;
  /** Pixels, 0 for audio. */
  width: number;
}

/** The recording of one session. */
export interface RecordingView {
  /** Milliseconds from the first to the last packet. */
  duration_ms: number;
  /** Why nothing of it can be played: `damaged` (a segment does not open), `unreadable` (the storage does not answer). */
  fault?: string | null;
  /** Playable files, in seat order, per seat in time order. */
  files: Array<RecordingFile>;
  /** Where something is missing, in time order. */
  gaps: Array<GapView>;
  /** Hex of the last segment's chain hash. */
  head: string;
  /** Whether the person who asks may keep the files (`&download=true`), not only watch them. */
  may_download: boolean;
  /** True once all segments are sealed and the head is in the audit log. */
  sealed: boolean;
  /** Sealed segments. */
  segments: number;
  /** `ses_…`. */
  session: string;
  /** RFC 3339. */
  started_at: string;
}

/** How and why a recovery is offered. */
export interface Recovery {
  /** Which rule of which policy version spoke, in words. */
  because: string;
  /** When the link runs out (RFC 3339). */
  expires_at?: string | null;
  /** Automatic, opt-in or none. */
  mode: RecoveryMode;
  /** The one-tap link; only in the answer that issued it, never again. */
  url?: string | null;
}

/** How a recovery is offered. */
export type RecoveryMode = "automatic" | "opt_in" | "none";

/** A failed automated check: opens a case. */
export interface ReportFailedCheck {
  /** The attempt that failed. */
  check: Check;
  /** What the customer typed in the bank's form, for the agent to compare. */
  claimed?: Claimed;
  /** Who is being onboarded. */
  customer: Customer;
  /** Code of the jurisdiction profile, such as `SG`; the tenant's default if absent. */
  jurisdiction?: string | null;
  /** The bank's own reference of this onboarding, 1–100 characters, unique per open case. */
  reference: string;
}

/** One reported attempt. */
export interface ReportView {
  /** RFC 3339. */
  at: string;
  /** As reported. */
  check: Check;
  /** `rep_…`. */
  id: string;
  /** Images uploaded for this attempt. */
  images: Array<ImageView>;
}

/** A second look that waits. */
export interface ReviewCard {
  /** Seconds since then. */
  age: number;
  /** A checker was drawn. */
  assigned: boolean;
  /** `case_…`. */
  case: string;
  /** RFC 3339, when it was decided. */
  decided_at: string;
  /** Profile in words. */
  jurisdiction: string;
  /** Why somebody looks again. */
  kind: ReviewKind;
  /** Language of the customer. */
  locale: string;
  /** Main reason of the newest report. */
  reason: FailureReason;
  /** That checker began. */
  taken: boolean;
  /** Another checker is drawn then, RFC 3339. */
  until?: string | null;
}

/** `POST /v1/admin/cases/{id}/review`: what the drawn checker found. */
export interface ReviewDecision {
  /** Steps to be done again, for `recapture` only. */
  again?: Array<StepKind>;
  /** What. */
  finding: Finding;
  /** For colleagues and auditors, at most 1 000 characters. */
  note?: string;
  /** Why, 1–6 of those that belong to it. */
  reasons: Array<ReviewReason>;
}

/** The review desk. */
export interface ReviewDeskView {
  /** RFC 3339. */
  at: string;
  /** All that wait. */
  count: number;
  /** Checkers at the desk who take new work. */
  here: number;
  mine?: ReviewCard | null;
  /** Age of the oldest for which a customer waits, in seconds. */
  oldest: number;
  /** Whether this person takes new work; false after letting one lapse. */
  ready: boolean;
  /** Seconds from the decision within which a finding should come. */
  target: number;
  /** All that wait, those for which a customer waits first, then by age; at most 50. */
  waiting: Array<ReviewCard>;
}

/** The answer to a finding: from now on the checker may know what the maker said. */
export interface ReviewDone {
  /** Both said the same. */
  agreed: boolean;
  /** The maker's name. */
  maker: string;
  /** The case's phase now. */
  phase: Phase;
  /** The maker's verdict. */
  verdict: Verdict;
}

/**
 * `POST /v1/admin/cases/{id}/review/take` and `GET /v1/admin/cases/{id}/review`: everything the checker looks at. In a
 * blind look nothing in it tells what was decided.
 */
export interface ReviewFile {
  /** Steps that can be asked for again. */
  again: Array<StepKind>;
  /** The card. */
  card: ReviewCard;
  /** The case. */
  file: CaseFile;
  /** What can be found, with its reasons. */
  findings: Array<FindingReasons>;
  /** Claimed beside read. */
  identity: IdentityView;
}

/** Why somebody looks at a decision again. */
export type ReviewKind = "required" | "sample";

/** `GET /v1/admin/reviews/numbers?days=`: how makers and checkers agree. */
export interface ReviewNumbers {
  /** All looks by checker. */
  checkers: Array<PersonAgreement>;
  /** All looks by the maker's reason. */
  codes: Array<CodeAgreement>;
  /** Days looked at. */
  days: number;
  /** Blind looks by maker. */
  makers: Array<PersonAgreement>;
  /** Median seconds from beginning to finding. */
  median_look?: number | null;
  /** Median seconds from decision to finding where a customer waited. */
  median_wait?: number | null;
  /** Blind looks by pair, most first, at most 200. */
  pairs: Array<PairAgreement>;
  /** Why checkers disagreed. */
  reasons: Array<ReasonCount>;
  /** Looks a profile asked for. */
  required: AgreementView;
  /** Percent of decisions that are looked at again blind. */
  sample_percent: number;
  /** Blind looks. */
  samples: AgreementView;
  /** Of them within the target. */
  within_target: number;
}

/** Why a checker finds so. */
export type ReviewReason =
  | "evidence_holds"
  | "doubts_cleared"
  | "poor_light"
  | "document_unclear"
  | "face_unclear"
  | "others_present"
  | "picture_or_sound_missing"
  | "step_missing"
  | "face_does_not_match"
  | "document_not_genuine"
  | "document_not_accepted"
  | "data_does_not_match"
  | "liveness_not_shown"
  | "customer_prompted"
  | "customer_unwilling"
  | "needs_specialist"
  | "unusual_document"
  | "suspected_fraud";

/** The second look as the case file shows it. */
export interface ReviewView {
  /** Steps asked for again. */
  again: Array<StepKind>;
  /** Both said the same. */
  agreed?: boolean | null;
  /** RFC 3339, when it was found. */
  at?: string | null;
  /** The checker's name, once drawn. */
  checker?: string | null;
  finding?: Finding | null;
  /** Why somebody looks again. */
  kind: ReviewKind;
  /** The maker's name. */
  maker: string;
  /** Note. */
  note: string;
  /** Why. */
  reasons: Array<ReviewReason>;
  /** `open`, `assigned`, `given`. */
  state: string;
  /** The maker's verdict. */
  verdict: Verdict;
}

/** A ringing contact. */
export interface RingView {
  /** The case, shown before answering. */
  case: AgentCaseView;
  /** `rsv_…`; give it back with accept or reject. */
  reservation: string;
  /** RFC 3339; auto-accept or miss at this instant. */
  until: string;
}

/** What a person may do here. */
export type Role = "agent" | "supervisor" | "auditor" | "admin";

/** One rule. */
export interface RuleBody {
  /** Only from this attempt on; absent = any. */
  attempts_at_least?: number | null;
  /** Only if the confidence of the check is below, 0..1; absent = any. */
  confidence_below?: number | null;
  /** `any`, `open`, `closed`. */
  hours?: string;
  /** Any of these jurisdictions; empty = any. */
  jurisdictions?: Array<string>;
  /** Name in words, 1–100 characters; it is kept with each case. */
  name: string;
  /** Any of these reasons; empty = any reason. */
  reasons?: Array<FailureReason>;
  /** What to do. */
  then: RecoveryMode;
}

/** How often a rule speaks. */
export interface RuleCount {
  /** Reports. */
  count: number;
  /** Rule name. */
  name: string;
}

/** `POST /v1/admin/agents` and `PUT /v1/admin/agents/{id}`. */
export interface SaveAgent {
  /** May sign in. */
  active?: boolean;
  /** E-mail, unique. */
  email: string;
  /** Full name, 1–100 characters. */
  name: string;
  /** Role. */
  role: Role;
  /** At most 32. */
  skills?: Array<string>;
}

/** `PUT /v1/admin/agents/{id}/certificates/{profile}`. */
export interface SaveCertificate {
  /** Day of the training, `YYYY-MM-DD`, not in the future. */
  trained_on: string;
  /** Last day by the certificate itself, `YYYY-MM-DD`. */
  until: string;
}

/** `POST /v1/admin/endpoints`. */
export interface SaveEndpoint {
  /** Events wanted; empty = all. */
  events?: Array<string>;
  /** `https://…`, at most 500 characters. */
  url: string;
}

/** `POST /v1/admin/keys`. */
export interface SaveKey {
  /** What it is for, 1–100 characters. */
  name: string;
}

/** `PUT /v1/admin/profiles/{code}/lines/{line}`: upwards only. */
export interface SaveLine {
  /** The operator's statement about a line that no case can prove, 3 to 300 characters; absent: none. */
  declare?: string | null;
  /** Version of the policy that this edit starts from. */
  from_version: number;
  raise?: RaiseLine | null;
}

/** `PUT /v1/admin/policy`. */
export interface SavePolicy {
  /** New rules. */
  body: PolicyBody;
  /** The version this edit started from; another number now = 409. */
  from_version: number;
}

/** `PUT /v1/admin/settings`. */
export interface SaveSettings {
  /** New settings. */
  body: SettingsBody;
  /** The version this edit started from; another number now = 409. */
  from_version: number;
}

/** The answer to a saved agent. */
export interface SavedAgent {
  /** Row. */
  agent: AgentRow;
  /** A one-time sign-in link (24 h) to hand over, for new agents and on reset. */
  sign_in_url?: string | null;
}

/** Scores from 0 (bad) to 1 (good). */
export interface Scores {
  /** Document quality and authenticity. */
  document?: number | null;
  /** Face match. */
  face?: number | null;
  /** Liveness. */
  liveness?: number | null;
}

/** A place in a room. */
export type Seat = "customer" | "agent" | "supervisor" | "interpreter";

/** A security feature that can be seen in plain light. */
export type SecurityFeature =
  | "hologram"
  | "foil_portrait"
  | "kinetic_structures"
  | "laser_engraving"
  | "tilting_image"
  | "raised_lettering"
  | "window"
  | "security_thread"
  | "colour_shifting_ink"
  | "microprint"
  | "guilloches"
  | "rainbow_print";

/** A piece of both texts. */
export interface SegmentView {
  /** As claimed. */
  claimed: string;
  /** `same`, `marks`, `particle`, `moved`, `different`. */
  kind: string;
  /** As read. */
  read: string;
}

/** A session that runs. */
export interface SessionRow {
  /** The agent's name. */
  agent: string;
  /** `case_…`. */
  id: string;
  /** The customer's name. */
  name: string;
  /** RFC 3339. */
  started_at: string;
  /** `joining`, `live`, `interrupted`, `hold`. */
  state: string;
  step?: StepKind | null;
}

/** The live session. */
export interface SessionView {
  /** Size of the customer's picture at the server. */
  height: number;
  /** `ses_…`. */
  id: string;
  prompt?: PromptView | null;
  /** `off`, `recording`, `failed`, `sealed`. */
  recording: string;
  /** RFC 3339, until when an interrupted session may be resumed. */
  resume_until?: string | null;
  /** Seats whose media is up. */
  seats: Array<Seat>;
  /** Sealed segments so far. */
  segments: number;
  /** RFC 3339. */
  started_at: string;
  /** `joining`, `live`, `interrupted`, `ended`. */
  state: string;
  /** Size of the customer's picture at the server. */
  width: number;
}

/** `POST /v1/me/password`: a new password; every other sign-in of the account ends. */
export interface SetPassword {
  /** The one in force, if there is one. */
  current?: string | null;
  /** 12 characters to 256 bytes. */
  password: string;
}

/** Everything a bank chooses. */
export interface SettingsBody {
  /** The name customers see, 1–60 characters. */
  brand: string;
  /** Own canned replies, at most 50; one with the key of a built-in reply replaces it. */
  canned?: Array<CannedReply>;
  /** `#rrggbb`; white or dark words on it must have a contrast of 4.5. */
  color: string;
  /** Own consent texts by locale, 20–600 characters with `{brand}`; a locale without one has the built-in text. */
  consent?: Record<string, string>;
  /** Origins whose pages may show the customer's page in a frame, at most 20. */
  frame_ancestors?: Array<string>;
  /** Where "How we use your data" leads: an https address, or `/privacy` for the built-in page. */
  privacy_url: string;
  /** Own questions for who is asked some, at most 50; two are drawn at random for a case. */
  questions?: Array<OwnQuestion>;
  /** Where "Go back" leads; absent = nowhere. */
  return_url?: string | null;
  /** Percent of decisions that somebody looks at again blind. */
  sample_percent?: number;
  /** Send the first link by SMS or e-mail too. */
  send_first_link?: boolean;
  /** Supervisors may keep files of recordings, not only watch them; auditors and admins always may. */
  supervisors_download?: boolean;
}

/** `GET /v1/admin/settings`. */
export interface SettingsView {
  /** What is set. */
  body: SettingsBody;
  /** The built-in replies. */
  built_in_canned: Array<CannedReply>;
  /** The built-in consent text of each locale, with `{brand}`. */
  built_in_consent: Record<string, string>;
  /** Version of the consent text; grows by itself when its words or the name change. */
  consent_version: number;
  /** Locales of the customer's page; the first is the fallback. */
  locales: Array<string>;
  /** Version. */
  version: number;
}

/** `POST /v1/sign-in`: a local account. */
export interface SignIn {
  /** Six digits (TOTP, RFC 6238), when the account has it. */
  code?: string | null;
  /** E-mail of the account. */
  email: string;
  /** Password. */
  password: string;
}

/** `POST /v1/sign-in/link`: a one-time link, as `recourse demo` and invitations print. */
export interface SignInByLink {
  /** The secret from the fragment. */
  token: string;
}

/** `POST /v1/admin/policy/simulate`: what would these rules have done with the last days? */
export interface Simulate {
  /** Rules to try. */
  body: PolicyBody;
  /** 1–90, default 30. */
  days?: number;
}

/** The simulator's answer. */
export interface Simulation {
  /** Would be launched automatically. */
  automatic: number;
  /** Reports whose answer changes, newest first, at most 50. */
  changed: Array<ChangedReport>;
  /** Would not be offered. */
  none: number;
  /** Would be offered as a choice. */
  opt_in: number;
  /** How often each rule speaks, in rule order; the last is "no rule". */
  per_rule: Array<RuleCount>;
  /** Reports looked at. */
  reports: number;
  /** The same three under the policy in force then. */
  was_automatic: number;
  /** As recorded. */
  was_none: number;
  /** As recorded. */
  was_opt_in: number;
}

/** What kind of work a procedure step asks for. */
export type StepKind =
  | "greet"
  | "document_front"
  | "document_back"
  | "document_tilt"
  | "security_features"
  | "portrait_match"
  | "liveness"
  | "questions"
  | "one_time_code"
  | "location"
  | "declaration"
  | "decision";

/** Where a procedure step stands. */
export type StepState = "pending" | "done" | "failed" | "waived";

/** One step of the procedure. */
export interface StepView {
  /** What the customer cannot do, for liveness steps: no prompt that needs it is drawn. */
  cannot?: Array<LivenessNeed> | null;
  /** Prompts drawn so far, for liveness steps. */
  challenges: Array<ChallengeView>;
  /** Prompts that may still be drawn in this session, for liveness steps. */
  challenges_left?: number | null;
  /** Prompts that must pass. */
  challenges_wanted: number;
  /** Evidence bound to it. */
  evidence: Array<string>;
  features?: FeaturesView | null;
  /** Unique in this procedure, such as `document_front`. */
  key: string;
  /** Kind. */
  kind: StepKind;
  /** Without it (or a waiver) nobody is verified. */
  mandatory: boolean;
  /** What it asks for was shown to the server itself: the code typed, the place told. */
  proven: boolean;
  /** Questions to ask, for question steps: keys of the language files or the tenant's own text. */
  questions: Array<QuestionView>;
  /** The customer looks at each photograph before it is sent. */
  review: boolean;
  slot?: ImageSlot | null;
  /** Where it stands. */
  state: StepState;
  /** May be waived with a reason. */
  waivable: boolean;
  /** Why waived. */
  waiver?: string | null;
}

/** Which way a number is stricter. */
export type Stricter = "up" | "down";

/** One stroke of a board. */
export interface StrokeView {
  /** Finished. */
  done: boolean;
  /** Whose. */
  from: Seat;
  /** The person's number for it. */
  id: number;
  /** Words, of a text. */
  text?: string | null;
  /** Tool. */
  tool: DrawTool;
  /** Taken back, and may come again. */
  undone: boolean;
  /** Thousandths of the content's width. */
  width: number;
  /** x, y, x, y …. */
  xy: Array<number>;
}

/** How a supervisor takes part in a session. */
export type SupervisorMode = "watch" | "whisper" | "join";

/** What both look at. */
export type Surface =
  | {
    on: "live";
  }
  | {
    /** `evd_…`. */
    evidence: string;
    on: "evidence";
  };

/** Who sits at the table, as agent and supervisor see it. */
export interface TableView {
  handed?: HandedView | null;
  /** RFC 3339, since when the customer is on hold. */
  hold_since?: string | null;
  /** RFC 3339, until when the interpreter's link may be used; absent once they came. */
  interpreter_until?: string | null;
  /** What was captured counts when the customer continues another day. */
  keeps_for_later: boolean;
  /** Supervisor and interpreter, once they came. */
  people: Array<Partaker>;
}

/** One entry of the audit log. */
export interface TimelineEntry {
  /** `customer`, `agent:agt_…`, `system`, `api:…`. */
  actor: string;
  /** Name of the actor, where one is known. */
  actor_name: string;
  /** RFC 3339. */
  at: string;
  /** Ids, numbers and commitments of the fact. */
  body: Record<string, unknown>;
  /** `ent_…`. */
  id: string;
  /** Index in the tree; absent until sequenced (within 2 s). */
  index?: number | null;
  /** Fact, such as `invitation_claimed`. */
  kind: string;
  /** Hex leaf hash. */
  leaf: string;
}

/** `POST /v1/me/totp`, answer: the secret of an authenticator app, shown once and not yet in force. */
export interface TotpOffer {
  /** Give it back with the first code; good for 15 minutes. */
  pending: string;
  /** For typing. */
  secret: string;
  /** `otpauth://…`, for a QR code. */
  uri: string;
}

/** To whom a customer is handed on. */
export type TransferTo =
  | {
    /** Such as `lang:ta`. */
    name: string;
    to: "skill";
  }
  | {
    /** `agt_…`. */
    id: string;
    to: "agent";
  }
  | {
    to: "senior";
  };

/** The agent's decision. */
export type Verdict = "verified" | "rejected" | "escalated" | "incomplete";

/** What may be said with which verdict. */
export interface VerdictReasons {
  /** Reason codes that belong to it. */
  reasons: Array<ReasonCode>;
  /** Verdict. */
  verdict: Verdict;
}

/** Place and expected wait. */
export interface WaitView {
  /** 1 = next; absent when not in the queue. */
  place?: number | null;
  /** Seconds, in buckets (0, 30, 60, 120, 180, 300, 600…); absent when nobody is on duty. */
  seconds?: number | null;
}

/** About what. */
export interface WebhookData {
  /** `case_…`. */
  case: string;
  decision?: DecisionView | null;
  /** Phase after the event. */
  phase: Phase;
  /** The bank's reference. */
  reference: string;
  /** `ses_…`, for session and recording events. */
  session?: string | null;
  /** Version of the case after the event: grows, so that late events can be told. */
  version: number;
}

/** The body of a webhook. */
export interface WebhookEvent {
  /** About what. */
  data: WebhookData;
  /** RFC 3339, when it happened. */
  timestamp: string;
  /** One of [`EVENTS`]. */
  type: string;
}
