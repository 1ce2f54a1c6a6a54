package dev.culvert.daemon.front.openai;

/** Writes agents as OpenAI's models. */
