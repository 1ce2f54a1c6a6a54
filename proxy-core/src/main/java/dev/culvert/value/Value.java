package dev.culvert.value;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value. Members keep their order; numbers keep their digits. */
public sealed interface Value {
    /** An object. */
    record Members(Map<String, Value> members) implements Value {
        private Value member(String name) {
            return members.getOrDefault(name, nothing());
        }
    }

    /** A list. */
    record Items(List<Value> items) implements Value {}

    /** A string. */
    record Text(String text) implements Value {}

    /** A number, as it was written. */
    record Digits(String digits) implements Value {}

    /** True or false. */
    record Truth(boolean truth) implements Value {}

    /** Null, and what is not there. */
    enum Nothing implements Value {
        NOTHING
    }

    /** Reads one JSON value and nothing after it. */
    static Value parse(String json) throws BadValueException {
        return ValueReader.STRICT.read(json);
    }

    /** Reads a value from a file that people write: comments and trailing commas are allowed. */
    static Value parseCommented(String json) throws BadValueException {
        return ValueReader.COMMENTED.read(json);
    }

    static Value nothing() {
        return Nothing.NOTHING;
    }

    static Value of(String text) {
        return new Text(text);
    }

    static Value of(long number) {
        return new Digits(Long.toString(number));
    }

    static Value of(boolean truth) {
        return new Truth(truth);
    }

    static Value of(List<? extends Value> items) {
        return new Items(List.copyOf(items));
    }

    /**
     * An object.
     *
     * @param namesAndValues by turns; a value is a {@link Value}, a text, a whole number or a truth
     */
    static Value members(Object... namesAndValues) {
        Map<String, Value> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], ofObject(namesAndValues[i + 1]));
        }
        return new Members(members);
    }

    private static Value ofObject(Object object) {
        return switch (object) {
            case Value value -> value;
            case String text -> of(text);
            case Integer number -> of(number.longValue());
            case Long number -> of(number);
            case Boolean truth -> of(truth);
            default -> throw new IllegalArgumentException("no JSON value: " + object.getClass());
        };
    }

    /** The value below these names; nothing if there is none. */
    default Value at(String... names) {
        Value value = this;
        for (String name : names) {
            value = value instanceof Members object ? object.member(name) : nothing();
        }
        return value;
    }

    /** Its items if it is a list, else none. */
    default List<Value> list() {
        return this instanceof Items list ? list.items : List.of();
    }

    /** Its members if it is an object, else none. */
    default Map<String, Value> map() {
        return this instanceof Members object ? object.members : Map.of();
    }

    /** A scalar as people write it, without quotes; empty for nothing; JSON for the others. */
    default String text() {
        return switch (this) {
            case Text text -> text.text;
            case Digits digits -> digits.digits;
            case Truth truth -> Boolean.toString(truth.truth);
            case Nothing _ -> "";
            case Members _, Items _ -> json();
        };
    }

    /** The text below this name; empty if there is none. */
    default String text(String name) {
        return at(name).text();
    }

    /** The number below these names, without a fraction; {@code otherwise} if there is none. */
    default long number(long otherwise, String... names) {
        if (at(names) instanceof Digits digits) {
            try {
                return Long.parseLong(digits.digits);
            } catch (NumberFormatException _) {
                return otherwise;
            }
        }
        return otherwise;
    }

    default boolean isNothing() {
        return this instanceof Nothing;
    }

    /** On one line, without blanks. */
    default String json() {
        return ValueWriter.compact(this);
    }

    /** On several lines, indented by two blanks. */
    default String prettyJson() {
        return ValueWriter.pretty(this);
    }
}
