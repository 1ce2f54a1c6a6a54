// Talking to an agent. An answer belongs to the page and not to what is on the screen: it goes on while people look at
// something else, and a page that is loaded again takes it up where it was. What is kept for that is in sessionStorage,
// which ends with the tab: the id of the turn, the question and what has come of the answer, never the token.

import { ApiError, ask, box, follow, get, session } from './api.js';
import { Badge, Icon, html, say, useBox, useEffect, useLayoutEffect, useRef, useState } from './parts.js';
import { count, millis } from './format.js';
import { Approval, approvals, canDecide, canSee, waitingIn } from './approvals.js';
import { Arguments, Long, Shown, written } from './exact.js';

const KEPT = 'culvert.turn.';
const MOST_KEPT = 200_000;
const SAVE_EVERY = 500;
const ATTEMPTS = 8;
const MOST_OUTPUT = 64_000;

/** Errors of the daemon after which more of the turn can follow. */
const GO_ON = new Set(['draining', 'link_lost']);

const talks = new Map();

const words = text => text.split(/\s+/).filter(Boolean).length;

/** One agent's conversation on this page. */
class Talk {
  constructor(agent) {
    this.agent = agent;
    this.turns = [];
    this.ticks = box(0);
    this.savedAt = 0;
    this.over = new AbortController();
  }

  get current() {
    const last = this.turns.at(-1);
    return last && ['asking', 'answering', 'parked', 'resuming', 'stopping'].includes(last.state) ? last : undefined;
  }

  changed() {
    if (this.scheduled) return;
    this.scheduled = true;
    const tick = () => {
      this.scheduled = false;
      this.ticks.set(this.ticks.get() + 1);
    };
    if (document.hidden) setTimeout(tick, 100);
    else requestAnimationFrame(tick);
  }

  save(turn, isUrgent) {
    if (!turn.id || this.over.signal.aborted || (!isUrgent && performance.now() - this.savedAt < SAVE_EVERY)) return;
    this.savedAt = performance.now();
    const { id, seq, question, text, reasoning, calls } = turn;
    const all = JSON.stringify({ id, question, seq, text, reasoning, calls });
    // Of a long one the agent is asked for all of it.
    const kept = all.length > MOST_KEPT ? JSON.stringify({ id, question, seq: 0, text: '', reasoning: '', calls: [] }) : all;
    try {
      sessionStorage.setItem(KEPT + this.agent, kept);
    } catch {
      // full or forbidden: then a reload does not resume
    }
  }

  end(turn, state, why) {
    turn.state = state;
    turn.why = why;
    turn.ended = performance.now();
    sessionStorage.removeItem(KEPT + this.agent);
    this.changed();
  }

  take(turn, event) {
    const at = /^(.+):(\d+)$/.exec(event.id ?? '');
    if (at) {
      turn.id = at[1];
      const seq = Number(at[2]);
      if (seq < Number.MAX_SAFE_INTEGER && seq > turn.seq) turn.seq = seq;
    }
    const data = JSON.parse(event.data);
    if (event.type === 'chunk') {
      turn.firstAt ??= performance.now();
      turn.events++;
      turn.text += typeof data.content === 'string' ? data.content : '';
      turn.reasoning += typeof data.reasoning === 'string' ? data.reasoning : '';
      for (const call of data.tool_calls ?? []) {
        const name = call?.function?.name;
        if (name) turn.tools.push(String(name));
      }
      if (data.usage) turn.usage = data.usage;
      if (turn.state !== 'stopping') turn.state = 'answering';
      this.save(turn);
      this.changed();
    } else if (event.type === 'tool_call' || event.type === 'tool_output' || event.type === 'tool_result' || event.type === 'approval') {
      this.used(turn, event.type, data, event.data);
    } else if (event.type === 'done') {
      this.end(turn, 'done');
    } else if (event.type === 'tool_blocked') {
      this.end(turn, 'blocked', `The agent wanted to use the tool ${data.tool_name}: ${data.reason}`);
    } else if (event.type === 'error') {
      if (GO_ON.has(data.code) && !turn.stopping) turn.lost = data.message; // the stream ends now, and is read on
      else if (turn.stopping || data.code === 'cancelled') this.end(turn, 'stopped', turn.stopping ? undefined : data.message);
      else this.end(turn, 'failed', `${data.message} (${data.code})`);
    }
  }

  /** What a tool of the agent does. */
  used(turn, type, data, exact) {
    let call = turn.calls.find(it => it.id === data.call_id);
    if (!call) {
      call = { id: data.call_id, name: String(data.tool_name ?? 'a tool'), exact: '{}', output: '', state: 'running', after: turn.text.length };
      turn.calls.push(call);
    }
    if (type === 'tool_call') {
      call.name = String(data.tool_name);
      call.exact = written(exact, 'arguments') ?? '{}';
    } else if (type === 'tool_output') {
      call.output = (call.output + String(data.output ?? '')).slice(-MOST_OUTPUT);
    } else if (type === 'approval') {
      call.state = 'waits';
      call.approval = data.approval_id;
      call.asked = { ...data, exact: written(exact, 'arguments') ?? '{}' };
    } else {
      call.state = data.ok ? 'ok' : 'failed';
      call.result = String((data.ok ? data.result : data.error) ?? '');
    }
    if (turn.state !== 'stopping') turn.state = type === 'approval' ? 'parked' : 'answering';
    this.save(turn, type === 'approval');
    this.changed();
  }

  async send(question, goesOn) {
    const turn = { question, id: '', seq: 0, text: '', reasoning: '', tools: [], calls: [], events: 0, state: 'asking', asked: performance.now() };
    this.turns.push(turn);
    this.changed();
    try {
      await follow('POST', `agents/${encodeURIComponent(this.agent)}/stream`, {
        body: { role: 'user', content: question },
        signal: this.over.signal,
        headers: goesOn ? { 'x-culvert-on-disconnect': 'continue' } : {},
        onOpen: response => {
          turn.id = response.headers.get('x-culvert-turn') ?? '';
          this.save(turn, true);
        },
        onEvent: event => this.take(turn, event),
      });
    } catch (error) {
      if (error instanceof ApiError && !turn.id) {
        this.end(turn, 'failed', error.message);
        return;
      }
    }
    if (this.current === turn) await this.resume(turn, turn.lost ? `of this: ${turn.lost}` : 'the connection was lost');
  }

  /** Reads on after the last event that is here. */
  async resume(turn, because) {
    if (this.isResuming) return;
    this.isResuming = true;
    try {
      await this.readOn(turn, because);
    } finally {
      this.isResuming = false;
    }
  }

  async readOn(turn, because) {
    turn.resumed = { because, after: turn.seq, times: (turn.resumed?.times ?? 0) + 1 };
    for (let attempt = 1; this.current === turn && !this.over.signal.aborted; attempt++) {
      if (turn.state !== 'stopping') turn.state = 'resuming';
      this.changed();
      try {
        const response = await follow('GET', `turns/${encodeURIComponent(turn.id)}/stream`, {
          query: { after: turn.seq },
          signal: this.over.signal,
          onOpen: () => {
            attempt = 1;
            if (turn.state === 'resuming' && turn.calls.some(it => it.state === 'waits')) {
              turn.state = 'parked'; // the agent says nothing more until somebody has decided
              this.changed();
            }
          },
          onEvent: event => this.take(turn, event),
        });
        if (response.status === 204 && this.current === turn) await this.look(turn);
      } catch (error) {
        if (this.current !== turn) return;
        if (error.isSignIn) return; // the page asks for a token, and takes the turn up again
        if (error.status >= 400 && error.status < 500) {
          this.end(turn, 'failed', `The answer cannot be read on: ${error.message}`);
          return;
        }
        if (attempt >= ATTEMPTS) {
          this.end(turn, 'failed', `The answer was cut: ${error.message}`);
          return;
        }
      }
      if (this.current !== turn) return;
      await new Promise(resolve => setTimeout(resolve, Math.min(4000, 250 * 2 ** attempt)));
    }
  }

  /** All is read: how did it end? */
  async look(turn) {
    try {
      const known = await get(`turns/${encodeURIComponent(turn.id)}`);
      if (known.outcome && known.outcome !== 'done') this.end(turn, 'failed', `It ended with ${known.outcome} ${known.code ?? ''}`.trim());
      else if (known.outcome) this.end(turn, 'done');
      else this.end(turn, 'ended', 'All that the agent kept is here; nobody says whether it is complete.');
    } catch {
      this.end(turn, 'ended', 'The daemon no longer knows how it ended.');
    }
  }

  async stop() {
    const turn = this.current;
    if (!turn?.id || turn.stopping) return;
    turn.stopping = performance.now();
    turn.state = 'stopping';
    this.changed();
    try {
      await ask('DELETE', `turns/${encodeURIComponent(turn.id)}`);
      turn.stopMillis = performance.now() - turn.stopping;
      if (this.current === turn) this.end(turn, 'stopped');
      this.changed();
    } catch (error) {
      turn.stopping = undefined;
      if (this.current === turn) turn.state = 'answering';
      say(error.message, 'bad');
      this.changed();
    }
  }

  /** Takes up what a page before this one began. */
  restore() {
    if (this.current) {
      if (this.current.state === 'resuming') this.resume(this.current, 'you signed in again');
      return;
    }
    let kept;
    try {
      kept = JSON.parse(sessionStorage.getItem(KEPT + this.agent));
    } catch {
      kept = null;
    }
    if (!kept || typeof kept.id !== 'string') return;
    const turn = {
      id: kept.id, seq: Number(kept.seq) || 0, question: String(kept.question ?? ''), text: String(kept.text ?? ''),
      reasoning: String(kept.reasoning ?? ''), tools: [], calls: Array.isArray(kept.calls) ? kept.calls : [], events: 0, state: 'resuming', asked: performance.now(),
    };
    this.turns.push(turn);
    this.resume(turn, 'the page was loaded again');
  }
}

export function talkWith(agent) {
  let talk = talks.get(agent);
  if (!talk) {
    talk = new Talk(agent);
    talks.set(agent, talk);
  }
  return talk;
}

/** Forgets what was said: somebody else may use this tab next. */
export function forgetTalks() {
  talks.forEach(talk => talk.over.abort());
  talks.clear();
  Object.keys(sessionStorage).filter(it => it.startsWith(KEPT)).forEach(it => sessionStorage.removeItem(it));
}

addEventListener('pagehide', () => talks.forEach(talk => talk.current && talk.save(talk.current, true)));

const STATES = {
  asking: ['wait', 'waiting for the first word'],
  answering: ['calm', 'answering'],
  parked: ['wait', 'waits for an approval'],
  resuming: ['wait', 'resuming'],
  stopping: ['wait', 'stopping'],
  done: ['good', 'complete'],
  stopped: ['calm', 'stopped'],
  blocked: ['bad', 'tool blocked'],
  failed: ['bad', 'not complete'],
  ended: ['calm', 'ended'],
};

const CALLS = { running: ['calm', 'runs'], waits: ['wait', 'waits for an approval'], ok: ['good', 'done'], failed: ['bad', 'not done'] };

/** What a call is about, in a few words. */
function gist(exact) {
  try {
    const it = JSON.parse(exact);
    const text = Array.isArray(it?.argv) ? it.argv.join(' ') : it?.path ?? it?.pattern ?? Object.values(it ?? {}).find(value => typeof value === 'string') ?? '';
    return String(text).split('\n')[0].slice(0, 100);
  } catch {
    return '';
  }
}

/** What this page knows of an approval from the turn alone, if its token may not see approvals. */
const asked = (call, turn, agent) => ({ ...call.asked, id: call.approval, agent, turn: turn.id, state: 'pending' });

function Call({ call, turn, agent }) {
  const isOver = call.state === 'ok' || call.state === 'failed';
  const known = call.approval && approvals.of.get(call.approval);
  // A turn that is over waits for nothing; and who may not see approvals knows only what the turn says.
  const approval = known ?? (call.approval && call.state === 'waits' && turn.ended === undefined && !canSee() ? asked(call, turn, agent) : undefined);
  const isWaiting = call.state === 'waits' && approval?.state === 'pending';
  const [tone, title] = call.state === 'waits' && !isWaiting ? CALLS.running : CALLS[call.state];
  return html`<div class="call ${call.state}">
    <details>
      <summary><${Icon} name="tool" /><code><${Shown} text=${call.name} /></code><span class="gist cut"><${Shown} text=${gist(call.exact)} /></span><${Badge} tone=${turn.ended !== undefined && !isOver ? 'calm' : tone}>${turn.ended !== undefined && !isOver ? 'no result' : title}<//></summary>
      <div class="inside">
        ${!isWaiting && html`<${Arguments} text=${call.exact} />`}
        ${call.output && !isOver && html`<h4>Output so far</h4><${Long} text=${call.output} label="the output" />`}
        ${isOver && html`<h4>${call.state === 'ok' ? 'What the agent was told' : 'Why not'}</h4>${call.result ? html`<${Long} text=${call.result} label="the result" />` : html`<p class="hint">nothing</p>`}`}
      </div>
    </details>
    ${approval && (isWaiting || (!isOver && approval.state !== 'pending')) && html`<${Approval} it=${approval} isShort />`}
    ${isWaiting && !canDecide() && html`<p class="hint">Somebody who may has to decide: in the dashboard, or with <code>culvert approvals</code>. The turn waits meanwhile.</p>`}
  </div>`;
}

/** The answer, with each call of a tool where the agent made it. */
function Said({ turn, agent }) {
  useBox(approvals.ticks);
  const parts = [];
  let from = 0;
  const text = to => {
    const part = turn.text.slice(from, to);
    if (part.trim()) parts.push(html`<p class="answer ${turn.state}" key=${`at-${from}`}>${part}${to === undefined && turn.state === 'answering' ? html`<span class="caret" aria-hidden="true" />` : ''}</p>`);
    else if (to === undefined && turn.calls.length === 0) parts.push(html`<p class="answer ${turn.state}" key="empty">${part}</p>`);
    from = to;
  };
  turn.calls.forEach((call, i) => {
    text(call.after);
    parts.push(html`<${Call} key=${`call-${i}`} call=${call} turn=${turn} agent=${agent} />`);
  });
  text();
  // What waits in this turn and was asked before this page read it.
  const known = new Set(turn.calls.map(it => it.approval));
  const others = turn.ended === undefined && turn.id ? waitingIn(turn.id).filter(it => !known.has(it.id)) : [];
  return [...parts, ...others.map(it => html`<${Approval} key=${it.id} it=${it} isShort />`)];
}

function Turn({ turn, agent }) {
  const [tone, title] = STATES[turn.state];
  const resumed = turn.resumed;
  const took = turn.ended !== undefined && !resumed ? turn.ended - turn.asked : undefined;
  return html`<article class="turn">
    <p class="question">${turn.question}</p>
    ${turn.reasoning && html`<details class="reasoning"><summary>What the model thought</summary><p>${turn.reasoning}</p></details>`}
    ${resumed && html`<p class="resumed ${turn.state}"><${Icon} name=${turn.state === 'resuming' ? 'pulse' : 'check'} />${turn.state === 'resuming'
      ? `Resuming after event ${resumed.after}, because ${resumed.because} …`
      : `Resumed after event ${resumed.after}, because ${resumed.because}. Nothing is missing and nothing comes twice.`}</p>`}
    <${Said} turn=${turn} agent=${agent} />
    ${turn.tools.length > 0 && html`<p class="hint">Tools: ${turn.tools.join(', ')}</p>`}
    ${turn.why && html`<p class="why">${turn.why}</p>`}
    <p class="meta"><${Badge} tone=${tone}>${title}<//>
      ${turn.stopMillis !== undefined && html`<span>the agent stopped after <strong>${millis(turn.stopMillis)}</strong></span>`}
      ${turn.firstAt && !resumed && html`<span>first chunk after ${millis(turn.firstAt - turn.asked)}</span>`}
      ${took !== undefined && turn.state === 'done' && html`<span>${millis(took)} in all</span>`}
      ${turn.text && html`<span>${count(words(turn.text), 'word')}</span>`}
      ${turn.id && html`<code class="cut" title=${turn.id}>${turn.id}</code>`}</p>
  </article>`;
}

export function TalkPanel({ agent, isAway }) {
  const talk = talkWith(agent);
  useBox(talk.ticks);
  const { withToken } = useBox(session);
  const [text, setText] = useState('');
  const [goesOn, setGoesOn] = useState(withToken);
  const log = useRef(null);
  const isAtEnd = useRef(true);
  const current = talk.current;

  useEffect(() => talk.restore(), [agent, withToken]);
  useLayoutEffect(() => {
    if (isAtEnd.current && log.current) log.current.scrollTop = log.current.scrollHeight;
  });

  const send = e => {
    e?.preventDefault();
    const question = text.trim();
    if (!question || talk.current) return;
    isAtEnd.current = true;
    setText('');
    talk.send(question, goesOn);
  };
  const onKeyDown = e => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) send(e);
  };
  const last = talk.turns.at(-1);
  const spoken = current?.state === 'parked' ? 'The agent waits for an approval' : !last || current ? '' : `${STATES[last.state][1]}${last.stopMillis === undefined ? '' : ` after ${millis(last.stopMillis)}`}`;
  return html`<div class="talk">
    <div class="log" ref=${log} tabindex="0" role="region" aria-label="Conversation" onScroll=${e => {
      const it = e.currentTarget;
      isAtEnd.current = it.scrollHeight - it.scrollTop - it.clientHeight < 40;
    }}>
      ${talk.turns.length === 0 && html`<p class="hint center">Say something to ${agent}. The answer comes word by word; you can stop it, and reload this page in the middle of it.</p>`}
      ${talk.turns.map((turn, i) => html`<${Turn} key=${i} turn=${turn} agent=${agent} />`)}
    </div>
    <p class="hidden" role="status">${spoken}</p>
    <form onSubmit=${send}>
      <label class="hidden" for="say">Message</label>
      <textarea id="say" rows="2" value=${text} placeholder=${isAway ? 'The agent is offline. A message waits for it a while.' : 'Message'} onInput=${e => setText(e.target.value)} onKeyDown=${onKeyDown} />
      <div class="line">
        <label class="check"><input type="checkbox" checked=${goesOn} onChange=${e => setGoesOn(e.target.checked)} /> let it go on if I leave</label>
        ${current
          ? html`<button type="button" class="danger" disabled=${!current.id || current.state === 'stopping'} onClick=${() => talk.stop()}>${current.state === 'stopping' ? 'Stopping …' : 'Stop'}</button>`
          : html`<button class="primary" disabled=${!text.trim()}>Send <kbd aria-hidden="true">Ctrl ↵</kbd></button>`}
      </div>
    </form>
  </div>`;
}
