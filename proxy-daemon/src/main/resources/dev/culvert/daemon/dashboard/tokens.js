// Tokens: who may do what. A secret is shown once, when it is made.

import { all, ask, makeToken, may } from './api.js';
import { Badge, Confirm, Dialog, Empty, Icon, Problem, Secret, html, now, say, useBox, useLoad, useState } from './parts.js';
import { moment, since } from './format.js';

const ROLES = [['viewer', 'sees agents and turns'], ['operator', 'also talks to agents and changes them'], ['approver', 'sees agents, and decides about calls of their tools that wait for an approval'], ['admin', 'also makes tokens and operates the daemon']];
const TIMES = [['', 'for ever'], ['1d', '1 day'], ['30d', '30 days'], ['90d', '90 days'], ['365d', '1 year']];
const TONES = { valid: 'good', expired: 'calm', revoked: 'bad' };

function Create({ isFirst, onClose, onMade }) {
  const [form, setForm] = useState({ name: '', role: isFirst ? 'admin' : 'viewer', tenant: '', expires_in: '90d', rate: '', turns: '' });
  const [state, setState] = useState({});
  const set = name => e => setForm({ ...form, [name]: e.target.value });
  const submit = async e => {
    e.preventDefault();
    setState({ busy: true });
    const body = { name: form.name.trim(), roles: [form.role] };
    for (const key of ['tenant', 'expires_in', 'rate']) if (form[key].trim()) body[key] = form[key].trim();
    if (form.turns) body.turns = Number(form.turns);
    try {
      setState({ made: await makeToken(body) });
      onMade();
    } catch (error) {
      setState({ error });
    }
  };
  if (state.made) {
    return html`<${Dialog} title=${`Token ${state.made.name}`} onClose=${onClose} wide>
      <p>Copy it now: it is not shown again. The daemon keeps only a hash of it.</p>
      <${Secret} label="Token" text=${state.made.token} /><footer><button type="button" class="primary" onClick=${onClose}>I have it</button></footer><//>`;
  }
  return html`<${Dialog} title="Make a token" onClose=${onClose} wide><form class="stack" onSubmit=${submit}>
    <label>Name <input required autofocus value=${form.name} onInput=${set('name')} pattern="[A-Za-z0-9._\\-]{1,64}" title="1 to 64 letters, digits, dots, hyphens and underscores" autocomplete="off" spellcheck="false" /></label>
    <fieldset><legend>Role</legend>${ROLES.map(([id, what]) => html`<label class="check" key=${id}><input type="radio" name="role" value=${id} checked=${form.role === id} onChange=${set('role')} /><span><strong>${id}</strong> ${what}</span></label>`)}</fieldset>
    <div class="pair"><label>Tenant <input value=${form.tenant} onInput=${set('tenant')} placeholder="every tenant that you see" autocomplete="off" spellcheck="false" /></label>
      <label>Valid <select value=${form.expires_in} onChange=${set('expires_in')}>${TIMES.map(([id, title]) => html`<option value=${id}>${title}</option>`)}</select></label></div>
    <div class="pair"><label>Requests, at most <input value=${form.rate} onInput=${set('rate')} placeholder="50/s" autocomplete="off" /></label>
      <label>Turns at once, at most <input type="number" min="1" value=${form.turns} onInput=${set('turns')} placeholder="no limit" /></label></div>
    ${state.error && html`<${Problem} error=${state.error} />`}
    <footer><button type="button" onClick=${onClose}>Cancel</button><button class="primary" disabled=${state.busy}>Make it</button></footer>
  </form><//>`;
}

export function TokensPage() {
  const time = useBox(now);
  const [isMaking, setMaking] = useState(false);
  const [asked, setAsked] = useState(null);
  const [made, setMade] = useState(null);
  const { value: tokens, error, again } = useLoad(() => all('tokens', 'tokens'), []);
  const canMake = may('POST', '/tokens');
  const rotate = token => ({
    title: `Rotate ${token.name}?`, verb: 'Rotate', text: 'It gets another secret. The former one stays valid for an hour.',
    run: async () => { setMade((await ask('POST', `tokens/${encodeURIComponent(token.id)}/rotate`, { body: {} })).value); again(); },
  });
  const revoke = token => ({
    title: `Revoke ${token.name}?`, verb: 'Revoke', text: 'Its requests are refused at once, and its streams and turns end within a second.',
    run: async () => { await ask('DELETE', `tokens/${encodeURIComponent(token.id)}`); say(`${token.name} is revoked.`); again(); },
  });
  return html`<div class="page">
    <header class="top"><h1>Tokens</h1>${canMake && html`<button type="button" class="primary" onClick=${() => setMaking(true)}><${Icon} name="plus" />Make a token</button>`}</header>
    ${error && !tokens && html`<${Problem} error=${error} />`}
    ${tokens?.length === 0 && html`<${Empty} title="No tokens"><p>Whoever reaches this daemon controls every agent. The first token changes that: from then on every request needs one, this page too. Make it with the role <strong>admin</strong>.</p><//>`}
    ${tokens?.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="Tokens"><table><thead><tr>${['Name', 'State', 'Tenant', 'May', 'Limits', 'Made', 'Expires'].map(it => html`<th scope="col" key=${it}>${it}</th>`)}<th scope="col"><span class="hidden">Actions</span></th></tr></thead>
      <tbody>${tokens.map(it => html`<tr key=${it.id} class=${it.state === 'valid' ? '' : 'over'}>
        <th scope="row">${it.name}</th><td><${Badge} tone=${TONES[it.state] ?? 'calm'}>${it.state}<//></td><td>${it.tenant ?? 'all'}</td>
        <td>${[...it.roles, ...it.scopes].join(', ')}</td><td>${[it.rate, it.bytes, it.turns && `${it.turns} turns`].filter(Boolean).join(', ') || '–'}</td>
        <td title=${moment(it.created)}>${since(it.created, time)} ago</td><td>${it.expires ? moment(it.expires) : 'never'}</td>
        <td class="right">${it.state === 'valid' && html`${may('POST', '/tokens/{token}/rotate') && html`<button type="button" onClick=${() => setAsked(rotate(it))}>Rotate</button>`} ${may('DELETE', '/tokens/{token}') && html`<button type="button" class="danger" onClick=${() => setAsked(revoke(it))}>Revoke</button>`}`}</td>
      </tr>`)}</tbody></table></div>`}
    ${isMaking && html`<${Create} isFirst=${tokens?.length === 0} onClose=${() => setMaking(false)} onMade=${again} />`}
    ${asked && html`<${Confirm} title=${asked.title} verb=${asked.verb} onConfirm=${asked.run} onClose=${() => setAsked(null)}><p>${asked.text}</p><//>`}
    ${made && html`<${Dialog} title="Another secret" onClose=${() => setMade(null)} wide><p>Copy it now: it is not shown again.</p><${Secret} label="Token" text=${made.token} /><//>`}
  </div>`;
}
