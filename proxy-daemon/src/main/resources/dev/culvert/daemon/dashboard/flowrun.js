// One run of a flow, live: its picture, what a step gave or failed at, and what whoever looks may do about it.

import { ask, follow, get, may } from './api.js';
import { connection } from './live.js';
import { Confirm, Empty, Problem, html, link, place, say, useBox, useEffect, useLoad, useRef, useState } from './parts.js';
import { count, millis, moment } from './format.js';
import { Long, Shown, spread, written } from './exact.js';
import { Approval, approvals, waitingIn } from './approvals.js';
import { Graph, took } from './graph.js';
import { RunDialog, StateBadge, canRun } from './flows.js';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
export const OVER = ['done', 'failed', 'cancelled'];

/** Follows the run until it ends: `{run, steps, exact, error, isLost, ahead}`, where `exact` has outputs as they were written. */
export function useRun(id) {
  const [, again] = useState(0);
  const known = useRef({ steps: new Map(), exact: new Map() });
  useEffect(() => {
    const it = known.current;
    const stopped = new AbortController();
    let isScheduled = false;
    const changed = () => {
      if (isScheduled) return;
      isScheduled = true;
      setTimeout(() => {
        isScheduled = false;
        if (!stopped.signal.aborted) again(n => n + 1);
      }, 30);
    };
    const onEvent = ({ type, data }) => {
      const value = JSON.parse(data);
      if (type === 'step') {
        it.steps.set(value.step, { needs: [], ...it.steps.get(value.step), ...value });
        it.exact.set(value.step, written(data, 'output'));
      } else if (type === 'run') {
        it.steps = new Map(value.steps.map(step => [step.step, { ...it.steps.get(step.step), kind: '', needs: [], ...step }]));
        it.run = value;
        it.inputs = written(data, 'inputs');
        it.outputs = written(data, 'outputs');
      } else if (type === 'error') it.error = new Error(value.message);
      it.isLost = false;
      changed();
    };
    (async () => {
      for (let wait = FIRST_WAIT; !stopped.signal.aborted;) {
        try {
          await follow('GET', `flow-runs/${encodeURIComponent(id)}`, {
            signal: stopped.signal,
            onEvent,
            onOpen: response => {
              const said = Date.parse(response.headers.get('date') ?? '');
              const ahead = Number.isNaN(said) ? 0 : said - Date.now();
              it.ahead = Math.abs(ahead) > 2000 ? ahead : 0; // it has whole seconds
              wait = FIRST_WAIT;
            },
          });
        } catch (error) {
          if (stopped.signal.aborted) return;
          if (error.status === 403 || error.status === 404) it.error = error;
        }
        if (it.error || OVER.includes(it.run?.state)) break;
        it.isLost = true;
        changed();
        await new Promise(resolve => setTimeout(resolve, wait));
        wait = Math.min(LONGEST_WAIT, wait * 2);
      }
      changed();
    })();
    return () => stopped.abort();
  }, [id]);
  return known.current;
}

/** The daemon's time, each second while something goes on. */
export function useTime(ahead, goesOn) {
  const [, again] = useState(0);
  useEffect(() => {
    if (!goesOn) return undefined;
    const timer = setInterval(() => again(n => n + 1), 1000);
    return () => clearInterval(timer);
  }, [goesOn]);
  return Date.now() + (ahead ?? 0);
}

// ---------------------------------------------------------------- what can be done

/** A step of which nobody knows whether it was done. */
function Unknown({ run, step }) {
  const [output, setOutput] = useState('');
  const [state, setState] = useState({});
  const settle = as => async () => {
    setState({ busy: true });
    try {
      const body = { step, as };
      if (as === 'done' && output.trim()) body.output = JSON.parse(output);
      await ask('POST', `flow-runs/${encodeURIComponent(run.id)}/resume`, { body });
      say(as === 'done' ? `${step} counts as done.` : `${step} begins again.`);
    } catch (error) {
      setState({ error: error instanceof SyntaxError ? new Error(`What came of it takes JSON: ${error.message}`) : error });
    }
  };
  const id = `output-${step}`;
  return html`<article class="approval pending" aria-label=${`Nobody knows whether ${step} was done`}><h3>Was <code>${step}</code> done?</h3>
    <p>It ran when the daemon ended, and may not be done twice. Look, then say it.</p>
    ${may('POST', '/flow-runs/{run}/resume')
      ? html`<div class="stack"><label for=${id}>What came of it, if it was done</label><textarea id=${id} class="code" rows="2" spellcheck="false" placeholder="JSON, or nothing" value=${output} onInput=${e => setOutput(e.target.value)} />
        <p class="line start"><button type="button" class="allow" disabled=${state.busy} onClick=${settle('done')} aria-label=${`It was done: ${step}`}>It was done</button>
          <button type="button" disabled=${state.busy} onClick=${settle('again')} aria-label=${`Do it again: ${step}`}>Do it again</button></p></div>`
      : html`<p class="hint">You may see it and not say it: that takes a token with the scope <code>flows</code>.</p>`}
    ${state.error && html`<${Problem} error=${state.error} />`}</article>`;
}

function Why({ run, step }) {
  const { value, error } = useLoad(() => get(`flow-runs/${encodeURIComponent(run)}/why`, { step }), [run, step]);
  if (error) return html`<${Problem} error=${error} />`;
  if (!value) return html`<p class="hint" role="status">Comparing …</p>`;
  if (!value.before) return html`<p class="hint">No run of this flow before it began the step.</p>`;
  const against = html`<a href=${link('flow-runs', value.before)}><code>${value.before}</code></a>`;
  if (value.changes.length === 0) return html`<p class="hint">What it was given is the same as in the run ${against}.</p>`;
  const shown = text => (text ? html`<code class="cut" title=${text}><${Shown} text=${text} /></code>` : html`<span class="hint">not shown</span>`);
  return html`<p class="hint">What is another since the run ${against}:</p><div class="scroll" tabindex="0" role="region" aria-label="What has changed"><table><thead><tr>${['What', 'Before', 'Now'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>
    <tbody>${value.changes.map(it => html`<tr key=${it.input}><th scope="row"><code><${Shown} text=${it.input} /></code></th><td>${shown(it.before)}</td><td>${shown(it.now)}</td></tr>`)}</tbody></table></div>`;
}

// ---------------------------------------------------------------- one step

const NOTHING = [undefined, 'null'];

function Step({ run, it, exact, time }) {
  const [isAsking, setAsking] = useState(false);
  const child = it.kind === 'flow' && typeof it.output?.run === 'string' ? it.output.run : null;
  return html`<section class="stack step-detail" aria-labelledby="step-name">
    <header class="line"><h2 id="step-name"><code>${it.step}</code></h2><${StateBadge} state=${it.state} /></header>
    <dl class="facts">
      ${[['kind', it.kind], ['after', it.needs.join(', ') || '–'], ['attempts', it.attempt], ['items', it.items], ['started', it.started ? moment(it.started) : '–'], ['took', millis(took(it, time))]]
        .filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => html`<div class="fact" key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    ${it.cached && html`<p class="hint">Its output is that of an earlier run (<code>cache</code>).</p>`}
    ${it.error && html`<div class="problem"><p>${it.code && html`<code>${it.code}</code> `}<${Shown} text=${it.error} /></p></div>`}
    ${child && html`<p><a href=${link('flow-runs', child)}>Open the run that it started</a></p>`}
    ${!NOTHING.includes(exact) && html`<h3>Output</h3><${Long} text=${spread(exact)} label=${`the output of ${it.step}`} />`}
    ${may('GET', '/flow-runs/{run}/why') && it.started && html`<p><button type="button" aria-expanded=${isAsking ? 'true' : 'false'} onClick=${() => setAsking(!isAsking)}>Why this output?</button></p>
      ${isAsking && html`<${Why} run=${run.id} step=${it.step} />`}`}
  </section>`;
}

const Steps = ({ steps, time, href, chosen }) => html`<details class="all-steps"><summary>${count(steps.length, 'step')} as a table</summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Steps"><table><thead><tr>${['Step', 'Kind', 'State', 'Attempts', 'Took', 'Error'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}</tr></thead>
  <tbody>${steps.map(it => html`<tr key=${it.step} aria-current=${it.step === chosen ? 'true' : undefined}><th scope="row"><a href=${href(it.step)}>${it.step}</a></th><td>${it.kind}</td><td><${StateBadge} state=${it.state} /></td><td>${it.attempt}</td><td>${millis(took(it, time))}</td>
    <td><span class="cut" title=${it.error ?? ''}><${Shown} text=${it.error ?? ''} /></span></td></tr>`)}</tbody></table></div></details>`;

/** Says aloud what has begun, ended or failed. */
function useSpoken(steps, run) {
  const known = useRef(new Map());
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const news = steps.filter(it => known.current.has(it.step) && known.current.get(it.step) !== it.state);
    if (run && known.current.get('') && known.current.get('') !== run.state) setSpoken(`the run is ${run.state}`);
    else if (news.length > 0) setSpoken(`${news.at(-1).step}: ${news.at(-1).state}`);
    known.current = new Map([...steps.map(it => [it.step, it.state]), ['', run?.state]]);
  });
  return spoken;
}

// ---------------------------------------------------------------- the page

export function FlowRunPage({ id }) {
  const { run, steps: known, exact, inputs, outputs, error, isLost, ahead } = useRun(id);
  const { state: lost } = useBox(connection); // then the whole page says so
  useBox(approvals.ticks);
  const { query } = useBox(place);
  const [asked, setAsked] = useState('');
  const isOver = OVER.includes(run?.state);
  const time = useTime(ahead, Boolean(run) && !isOver);
  const steps = [...known.values()];
  const spoken = useSpoken(steps, run);
  const chosen = query.get('step') ?? '';
  const it = known.get(chosen) ?? (run?.state === 'failed' ? steps.find(step => step.state === 'failed') : undefined);
  const href = step => `${link('flow-runs', id)}?step=${encodeURIComponent(step)}`;
  const again = canRun() && run && run.file === `${run.flow}.jsonc` && may('GET', '/flows/{flow}');
  if (!run) {
    return html`<div class="page flows"><p class="crumb"><a href=${link('flows')}>Flows</a></p><header class="top"><h1>${id}</h1></header>
      ${error ? html`<${Empty} title="It cannot be shown"><p>${error.message}</p><//>` : html`<p class="hint" role="status">${isLost ? 'The daemon does not answer. Trying again.' : 'Loading …'}</p>`}</div>`;
  }
  const parent = /^(fr_[0-9a-f]+)\.(.+)$/.exec(run.parent ?? '');
  return html`<div class="page flows">
    <p class="crumb"><a href=${link('flows')}>Flows</a> / <a href=${link('flows', run.flow)}>${run.flow}</a></p>
    <header class="top run-head"><h1>${run.flow}</h1><${StateBadge} state=${run.state} />
      <p class="meta"><code>${run.id}</code><span>${millis(took(run, time))}</span><span>started ${moment(run.started)} by ${run.caller}</span>${parent && html`<span>for the step <a href=${`${link('flow-runs', parent[1])}?step=${encodeURIComponent(parent[2])}`}>${parent[2]}</a> of another run</span>`}</p>
      <div class="actions">${again && html`<button type="button" onClick=${() => setAsked('again')}>Run again</button>`}
        ${!isOver && may('DELETE', '/flow-runs/{run}') && html`<button type="button" class="danger" onClick=${() => setAsked('cancel')}>Cancel</button>`}</div></header>
    <p class="hidden" role="status">${spoken}</p>
    ${isLost && lost !== 'lost' && html`<div class="problem" role="alert"><p>What you see may be out of date: the stream of this run has ended. Trying again.</p></div>`}
    ${error && html`<${Problem} error=${error} />`}
    ${run.error && run.state !== 'unknown' && html`<div class=${run.state === 'failed' ? 'problem' : 'notice'} role=${run.state === 'failed' ? 'alert' : undefined}><p><${Shown} text=${run.error} /></p></div>`}
    ${(run.unknown ?? []).map(step => html`<${Unknown} key=${step} run=${run} step=${step} />`)}
    ${waitingIn(run.id).map(approval => html`<${Approval} key=${approval.id} it=${approval} isShort />`)}
    <${Graph} steps=${steps} time=${time} href=${href} chosen=${it?.step ?? ''} label=${`The steps of ${run.flow}`} />
    ${it ? html`<${Step} key=${it.step} run=${run} it=${it} exact=${exact.get(it.step)} time=${time} />` : html`<p class="hint">Choose a step to see what it gave, or why it failed.</p>`}
    <${Steps} steps=${steps} time=${time} href=${href} chosen=${it?.step} />
    ${!['{}', ...NOTHING].includes(outputs) && html`<section class="stack"><h2>Outputs</h2><${Long} text=${spread(outputs)} label="the outputs" /></section>`}
    ${!['{}', ...NOTHING].includes(inputs) && html`<section class="stack"><h2>Inputs</h2><${Long} text=${spread(inputs)} label="the inputs" /></section>`}
    ${asked === 'cancel' && html`<${Confirm} title=${`Cancel this run of ${run.flow}?`} verb="Cancel it" onClose=${() => setAsked('')}
      onConfirm=${async () => { await ask('DELETE', `flow-runs/${encodeURIComponent(id)}`); say('The run is being cancelled.'); }}><p>What runs is ended. Steps that come last, whatever happened (<code>finally</code>), still run.</p><//>`}
    ${asked === 'again' && html`<${RunDialog} name=${run.flow} given=${run.inputs} onClose=${() => setAsked('')} />`}
  </div>`;
}
