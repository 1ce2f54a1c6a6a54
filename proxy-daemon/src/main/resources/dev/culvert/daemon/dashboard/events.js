// Server-sent events over fetch: EventSource can send no Authorization header, and a token belongs into no URL.

/** Splits a text that comes in pieces into events, and hands each to `onEvent`. */
export function reader(onEvent) {
  let rest = '';
  let event = { type: 'message', data: [], id: undefined };

  function line(text) {
    if (text === '') {
      if (event.data.length) onEvent({ type: event.type, data: event.data.join('\n'), id: event.id });
      event = { type: 'message', data: [], id: undefined };
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + (text[colon + 1] === ' ' ? 2 : 1));
    if (name === 'event') event.type = value;
    else if (name === 'data') event.data.push(value);
    else if (name === 'id') event.id = value;
  }

  return piece => {
    rest += piece;
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      line(rest.slice(start, rest[end - 1] === '\r' ? end - 1 : end));
      start = end + 1;
    }
    rest = rest.slice(start);
  };
}

/** Reads the events of an answer to their end. Rejects if the connection breaks. */
export async function readEvents(response, onEvent) {
  const take = reader(onEvent);
  const decoder = new TextDecoder();
  const body = response.body.getReader();
  for (;;) {
    const { done, value } = await body.read();
    if (done) return;
    take(decoder.decode(value, { stream: true }));
  }
}
