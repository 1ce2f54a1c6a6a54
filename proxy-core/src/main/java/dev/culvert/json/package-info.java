/**
 * JSON texts: checked byte by byte against limits, and read without building a tree. It imports
 * nothing of ours; frames, HTTP bodies and files map its exception to their own.
 *
 * <pre>
 *   bytes → JsonScanner (→ JsonGrammar → JsonStrings, JsonScalars, Utf8): next member, skip its value
 *   a large text that arrives in pieces → JsonChecker: is it an object, and where are its members
 *   any text ↔ EscapedText: the content of a string
 *   an object that was checked before → JsonMembers: where each member is
 *   an object that is rewritten → JsonOutline: where everything is; → JsonPieces: the new text, mostly copied
 *   an object that we read or write whole → JsonText: a parser and a generator
 * </pre>
 */
@NullMarked
package dev.culvert.json;

import org.jspecify.annotations.NullMarked;
