// Generated from the wire types. Do not edit.

export interface CaseRow {
  id: string;
  reference: string;
  name: string;
  phase: Phase;
  reasons: Array<FailureReason>;
  locale: string;
  agent?: string | null;
  created_at: string;
  updated_at: string;
  recovered_in?: number | null;
}

export interface CaseRows {
  rows: Array<CaseRow>;
  next_cursor?: string | null;
}

export interface CaseFile {
  row: CaseRow;
  claimed: Claimed;
  jurisdiction: ProfileView;
  recovery: Recovery;
  reports: Array<ReportView>;
  consents: Array<ConsentView>;
  timeline: Array<TimelineEntry>;
  chat: Array<ChatMessage>;
  evidence: Array<EvidenceView>;
  recordings: Array<RecordingView>;
  steps: Array<StepView>;
  notes: string;
  decision?: DecisionView | null;
  decision_note: string;
  rating?: number | null;
  rating_comment: string;
  deliveries: Array<DeliveryView>;
}

export interface ConsentView {
  at: string;
  sha256: string;
  text: string;
  locale: string;
  address: string;
  user_agent: string;
}

export interface TimelineEntry {
  id: string;
  index?: number | null;
  at: string;
  actor: string;
  actor_name: string;
  kind: string;
  body: unknown;
  leaf: string;
}

export interface NumbersView {
  at: string;
  offered: number;
  answered: number;
  waiting: number;
  longest_wait: number;
  live: number;
  recovered: number;
  decided: number;
  reported: number;
  abandoned: number;
  median_recovery_seconds?: number | null;
  median_wait_seconds?: number | null;
  service_level?: number | null;
  agents_available: number;
  agents_on_call: number;
  agents_wrap_up: number;
  agents_away: number;
  queue: Array<QueueRow>;
}

export interface QueueRow {
  id: string;
  name: string;
  locale: string;
  reason: FailureReason;
  waited: number;
  state: string;
}

export interface AgentRow {
  id: string;
  name: string;
  email: string;
  role: Role;
  skills: Array<string>;
  presence: Presence;
  away?: AwayReason | null;
  since: string;
  answered_today: number;
  aht_seconds?: number | null;
  rating?: number | null;
  active: boolean;
  totp: boolean;
}

export interface SaveAgent {
  name: string;
  email: string;
  role: Role;
  skills?: Array<string>;
  active?: boolean;
}

export interface SavedAgent {
  agent: AgentRow;
  sign_in_url?: string | null;
}

export interface PolicyBody {
  rules: Array<RuleBody>;
  invitation_minutes: number;
  jurisdiction: string;
  hours: HoursBody;
}

export interface RuleBody {
  name: string;
  reasons?: Array<FailureReason>;
  jurisdictions?: Array<string>;
  confidence_below?: number | null;
  attempts_at_least?: number | null;
  hours?: string;
  then: RecoveryMode;
}

export interface HoursBody {
  zone: string;
  week: Array<Array<[number, number]>>;
}

export interface PolicyView {
  version: number;
  at: string;
  by: string;
  body: PolicyBody;
  history: Array<PolicyVersion>;
  profiles: Array<ProfileView>;
}

export interface PolicyVersion {
  version: number;
  at: string;
  by: string;
}

export interface SavePolicy {
  from_version: number;
  body: PolicyBody;
}

export interface Simulate {
  body: PolicyBody;
  days?: number;
}

export interface Simulation {
  reports: number;
  automatic: number;
  opt_in: number;
  none: number;
  was_automatic: number;
  was_opt_in: number;
  was_none: number;
  per_rule: Array<RuleCount>;
  changed: Array<ChangedReport>;
}

export interface RuleCount {
  name: string;
  count: number;
}

export interface ChangedReport {
  case: string;
  reference: string;
  at: string;
  reasons: Array<FailureReason>;
  was: RecoveryMode;
  now: RecoveryMode;
  because: string;
}

export interface EndpointView {
  id: string;
  url: string;
  events: Array<string>;
  state: string;
  secret?: string | null;
  created_at: string;
}

export interface SaveEndpoint {
  url: string;
  events?: Array<string>;
}

export interface DeliveryView {
  id: string;
  event: string;
  case: string;
  to: string;
  state: string;
  attempts: number;
  last_status: number;
  last_error: string;
  created_at: string;
  next_at?: string | null;
  delivered_at?: string | null;
}

export interface ApiKeyView {
  prefix: string;
  name: string;
  created_at: string;
  last_used_at?: string | null;
  key?: string | null;
  active: boolean;
}

export interface SaveKey {
  name: string;
}

export interface LogView {
  checkpoint: string;
  size: number;
  pending: number;
  verifier_key: string;
  entries: Array<TimelineEntry>;
}

export interface SignInByLink {
  token: string;
}

export interface SignIn {
  email: string;
  password: string;
  code?: string | null;
}

export interface Me {
  id: string;
  name: string;
  role: Role;
  tenant: string;
  totp: boolean;
}

export interface DeskView {
  version: number;
  presence: Presence;
  away?: AwayReason | null;
  since: string;
  ring?: RingView | null;
  case?: string | null;
  wrap_until?: string | null;
  wrap_extended: boolean;
  waiting: number;
  longest_wait: number;
  answered_today: number;
  aht_seconds?: number | null;
  rating?: number | null;
  auto_accept: boolean;
}

export interface RingView {
  reservation: string;
  case: AgentCaseView;
  until: string;
}

export interface AgentCaseView {
  id: string;
  version: number;
  reference: string;
  phase: Phase;
  name: string;
  locale: string;
  claimed: Claimed;
  jurisdiction: ProfileView;
  reports: Array<ReportView>;
  waited: number;
  drops: number;
  two_devices: boolean;
  device: string;
  mode: JoinMode;
  customer: CustomerStatus;
  session?: SessionView | null;
  steps: Array<StepView>;
  evidence: Array<EvidenceView>;
  notes: string;
  locked_by: Array<string>;
  decision?: DecisionView | null;
  rating?: number | null;
}

export interface CustomerStatus {
  connected: boolean;
  camera: CameraState;
  microphone: boolean;
  visible: boolean;
  abilities: Array<string>;
  camera_label: string;
  typing: boolean;
}

export interface ProfileView {
  code: string;
  name: string;
  restart_on_interruption: boolean;
  reviewed: boolean;
}

export interface SessionView {
  id: string;
  started_at: string;
  state: string;
  resume_until?: string | null;
  seats: Array<Seat>;
  recording: string;
  segments: number;
  width: number;
  height: number;
  prompt?: PromptView | null;
}

export interface StepView {
  key: string;
  kind: StepKind;
  state: StepState;
  mandatory: boolean;
  waivable: boolean;
  slot?: ImageSlot | null;
  evidence: Array<string>;
  challenges: Array<ChallengeView>;
  challenges_wanted: number;
  questions: Array<QuestionView>;
  waiver?: string | null;
}

export interface QuestionView {
  key: string;
  expected?: string | null;
  answer: string;
}

export interface ChallengeView {
  id: number;
  prompt: LivenessPrompt;
  number?: string | null;
  outcome: string;
}

export interface VerdictReasons {
  verdict: Verdict;
  reasons: Array<ReasonCode>;
}

export interface CannedReply {
  key: string;
  texts: Record<string, string>;
}

export interface ReportFailedCheck {
  reference: string;
  customer: Customer;
  check: Check;
  claimed?: Claimed;
  jurisdiction?: string | null;
}

export interface Customer {
  name: string;
  locale: string;
  phone?: string | null;
  email?: string | null;
}

export interface Check {
  attempt: number;
  outcome: CheckOutcome;
  reasons: Array<FailureReason>;
  scores?: Scores;
  vendor?: string | null;
  vendor_reference?: string | null;
}

export interface Scores {
  document?: number | null;
  face?: number | null;
  liveness?: number | null;
}

export interface Claimed {
  name?: string | null;
  birth_date?: string | null;
  document_number?: string | null;
  document_type?: string | null;
  document_expiry?: string | null;
  address?: string | null;
}

export interface Recovery {
  mode: RecoveryMode;
  because: string;
  url?: string | null;
  expires_at?: string | null;
}

export interface CaseView {
  id: string;
  reference: string;
  phase: Phase;
  recovery: Recovery;
  reports: Array<ReportView>;
  decision?: DecisionView | null;
  jurisdiction: string;
  created_at: string;
  updated_at: string;
}

export interface ReportView {
  id: string;
  at: string;
  check: Check;
  images: Array<ImageView>;
}

export interface ImageView {
  id: string;
  slot: ImageSlot;
  width: number;
  height: number;
  sha256: string;
}

export interface DecisionView {
  verdict: Verdict;
  reasons: Array<ReasonCode>;
  at: string;
  by: string;
  reviewed_by?: string | null;
}

export interface CasePage {
  cases: Array<CaseView>;
  next_cursor?: string | null;
}

export interface EvidenceView {
  id: string;
  slot: ImageSlot;
  source: string;
  step?: string | null;
  at: string;
  width: number;
  height: number;
  bytes: number;
  sha256: string;
  stream_width?: number | null;
}

export interface RecordingView {
  session: string;
  started_at: string;
  duration_ms: number;
  sealed: boolean;
  head: string;
  segments: number;
  files: Array<RecordingFile>;
  gaps: Array<GapView>;
}

export interface RecordingFile {
  seat: Seat;
  url: string;
  mime: string;
  starts_at_ms: number;
  duration_ms: number;
  width: number;
  height: number;
}

export interface GapView {
  seat: Seat;
  kind: string;
  from_ms: number;
  to_ms: number;
  why: string;
}

export interface Look {
  token: string;
  client_secret?: string | null;
}

export interface LinkView {
  state: LinkState;
  brand: Brand;
  locale: string;
  consent: ConsentText;
  reasons: Array<FailureReason>;
  document_type?: string | null;
  wait: WaitView;
  opens_at?: string | null;
  ice_servers: Array<IceServer>;
}

export type LinkState = "ready" | "yours" | "open_elsewhere" | "locked" | "expired" | "replaced" | "closed_hours" | "verified" | "ended" | "unknown";

export interface Brand {
  name: string;
  color: string;
  privacy_url: string;
  return_url?: string | null;
}

export interface ConsentText {
  version: number;
  text: string;
  sha256: string;
  locale: string;
}

export interface WaitView {
  place?: number | null;
  seconds?: number | null;
}

export interface IceServer {
  urls: Array<string>;
  username?: string | null;
  credential?: string | null;
}

export interface Claim {
  token: string;
  client_secret?: string | null;
  consent: ConsentGiven;
  mode: JoinMode;
  birth_date?: string | null;
  embedded?: boolean;
}

export interface ConsentGiven {
  sha256: string;
  locale: string;
}

export interface ClaimKept {
  client_secret: string;
  phase: Phase;
}

export interface AskNewLink {
  token: string;
}

export interface NewLink {
  sent_to?: string | null;
  url?: string | null;
}

export interface AskCallBack {
  token: string;
  at?: string | null;
}

export interface CallBackBooked {
  at: string;
  sent_to?: string | null;
}

export interface PhotographKept {
  id: string;
  slot: ImageSlot;
  width: number;
  height: number;
  sha256: string;
}

export interface CustomerView {
  version: number;
  phase: Phase;
  brand: Brand;
  wait: WaitView;
  call_back_at?: string | null;
  agent_name?: string | null;
  seats: Array<Seat>;
  recording: boolean;
  mode: JoinMode;
  prompt?: PromptView | null;
  guide?: ImageSlot | null;
  ending?: Ending | null;
  resume_within?: number | null;
  rated: boolean;
}

export interface PromptView {
  id: number;
  prompt: LivenessPrompt;
  number?: string | null;
}

export interface Ending {
  outcome: string;
  reasons: Array<ReasonCode>;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance: string;
  errors?: Array<FieldError>;
}

export interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

export type CustomerMessage =
  | { type: "hello"; token: string; client_secret?: string | null; chat_after?: number }
  | { type: "offer"; peer: string; sdp: string }
  | { type: "device"; camera: CameraState; microphone: boolean; visible: boolean; abilities?: Array<string>; camera_label?: string }
  | { type: "chat"; nonce: string; text: string }
  | { type: "typing"; on: boolean }
  | { type: "command_done"; id: number; ok: boolean; why?: string; evidence?: string | null }
  | { type: "call_back"; at?: string | null }
  | { type: "leave" }
  | { type: "rate"; stars: number; comment?: string }
  | { type: "ping" };

export type CustomerPush =
  | { type: "case"; view: CustomerView }
  | { type: "chat"; from: number; messages: Array<ChatMessage> }
  | { type: "answer"; peer: string; sdp: string }
  | { type: "command"; id: number; command: DeviceCommand }
  | { type: "typing"; on: boolean }
  | { type: "ladder"; step: LadderStep }
  | { type: "replaced" }
  | { type: "problem"; code: string; detail: string }
  | { type: "pong" };

export type LadderStep = "full" | "medium" | "low" | "stills";

export type DeviceCommand =
  | { do: "photograph"; slot: ImageSlot; step?: string | null }
  | { do: "flip" }
  | { do: "torch"; on: boolean }
  | { do: "zoom"; factor: number }
  | { do: "camera"; on: boolean }
  | { do: "microphone"; on: boolean }
  | { do: "guide"; slot?: ImageSlot | null };

export interface ChatMessage {
  id: string;
  nonce: string;
  from: Seat;
  name: string;
  at: string;
  text: string;
  image?: string | null;
}

export type AgentMessage =
  | { type: "hello"; chat_after?: number; page: string }
  | { type: "available" }
  | { type: "away"; reason: AwayReason }
  | { type: "accept"; reservation: string }
  | { type: "reject"; reservation: string }
  | { type: "offer"; case: string; peer: string; sdp: string }
  | { type: "chat"; case: string; nonce: string; text: string }
  | { type: "typing"; case: string; on: boolean }
  | { type: "command"; case: string; id: number; command: DeviceCommand }
  | { type: "step_done"; case: string; step: string }
  | { type: "step_state"; case: string; step: string; failed: boolean }
  | { type: "waive"; case: string; step: string; reason: string }
  | { type: "challenge"; case: string; step: string }
  | { type: "judge"; case: string; id: number; passed: boolean }
  | { type: "answered"; case: string; step: string; question: string; answer: string }
  | { type: "notes"; case: string; text: string }
  | { type: "decide"; case: string; verdict: Verdict; reasons: Array<ReasonCode>; note?: string }
  | { type: "end"; case: string }
  | { type: "extend_wrap" }
  | { type: "auto_accept"; on: boolean }
  | { type: "ping" };

export type AgentPush =
  | { type: "desk"; view: DeskView }
  | { type: "case"; view: AgentCaseView }
  | { type: "chat"; case: string; from: number; messages: Array<ChatMessage> }
  | { type: "answer"; peer: string; sdp: string }
  | { type: "typing"; case: string; on: boolean }
  | { type: "command_done"; id: number; ok: boolean; why: string; evidence?: string | null }
  | { type: "quality"; seat: Seat; rtt_ms: number; loss_percent: number; up_kbps: number; word: string }
  | { type: "ladder"; step: LadderStep }
  | { type: "replaced" }
  | { type: "problem"; code: string; detail: string; of: string }
  | { type: "pong" };

export type AdminPush =
  | { type: "numbers"; view: NumbersView }
  | { type: "case_changed"; id: string; row: CaseRow };

export type FailureReason = "document_glare" | "document_blur" | "document_dark" | "document_shadow" | "document_cropped" | "document_low_resolution" | "document_obscured" | "document_damaged" | "document_expired" | "document_unsupported" | "document_recently_issued" | "face_mismatch" | "liveness_failed" | "name_mismatch" | "data_mismatch" | "technical_failure" | "suspected_tampering" | "suspected_impersonation" | "confirmed_fraud";

export type CheckOutcome = "failed" | "inconclusive";

export type Phase = "reported" | "invited" | "claimed" | "waiting" | "callback" | "live" | "interrupted" | "deciding" | "under_review" | "verified" | "rejected" | "escalated" | "abandoned" | "expired";

export type RecoveryMode = "automatic" | "opt_in" | "none";

export type ImageSlot = "document_front" | "document_back" | "document_tilt" | "portrait" | "selfie" | "other_page";

export type Seat = "customer" | "agent" | "supervisor" | "interpreter";

export type StepKind = "greet" | "document_front" | "document_back" | "document_tilt" | "portrait_match" | "liveness" | "questions" | "one_time_code" | "declaration" | "decision";

export type StepState = "pending" | "done" | "failed" | "waived";

export type LivenessPrompt = "turn_left" | "turn_right" | "look_up" | "look_down" | "smile" | "blink_twice" | "move_closer" | "cover_nose" | "read_number";

export type Verdict = "verified" | "rejected" | "escalated" | "incomplete";

export type ReasonCode = "identity_confirmed" | "identity_confirmed_data_corrected" | "document_unreadable" | "document_expired" | "document_damaged" | "document_not_accepted" | "document_not_present" | "face_does_not_match" | "liveness_not_shown" | "data_does_not_match" | "answers_do_not_match" | "suspected_forgery" | "suspected_impersonation" | "suspected_coercion" | "customer_declined" | "customer_left" | "poor_connection" | "no_camera" | "technical_fault" | "unusual_document" | "needs_specialist";

export type Presence = "offline" | "away" | "available" | "reserved" | "on_call" | "wrap_up";

export type AwayReason = "break" | "training" | "meeting" | "missed" | "technical";

export type Role = "agent" | "supervisor" | "auditor" | "admin";

export type CameraState = "idle" | "prompting" | "on" | "off" | "denied" | "missing" | "busy" | "blocked" | "lost";

export type JoinMode = "video" | "photos";

export interface WebhookEvent {
  type: string;
  timestamp: string;
  data: WebhookData;
}

export interface WebhookData {
  case: string;
  reference: string;
  phase: Phase;
  version: number;
  decision?: DecisionView | null;
  session?: string | null;
}
