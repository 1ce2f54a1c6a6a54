package dev.culvert.daemon.front.responses;

import static dev.culvert.daemon.front.responses.ResponseRequest.isAbsent;
import static dev.culvert.json.JsonOutline.NONE;

import dev.culvert.json.JsonOutline;
import java.util.ArrayList;
import java.util.List;

/**
 * The namespaces of a request's tools. Chat has none: there, a function of a namespace is named
 * {@code NAMESPACE__FUNCTION}. Codex puts the tools of each MCP server into a namespace.
 *
 * @param names letters, digits, {@code _} and {@code -}
 */
record Namespaces(List<String> names) {
    static final String SEPARATOR = "__";
    static final Namespaces NONE_AT_ALL = new Namespaces(List.of());

    Namespaces {
        names = List.copyOf(names);
    }

    /** Those of a request, whose tools need not have been checked. */
    static Namespaces of(ResponseRequest asked) {
        JsonOutline json = asked.json();
        int tools = asked.member("tools");
        if (tools == NONE || json.kind(tools) != '[') {
            return NONE_AT_ALL;
        }
        List<String> names = new ArrayList<>();
        for (int tool = json.first(tools); tool != NONE; tool = json.next(tool)) {
            if (json.kind(tool) == '{' && isNamespace(json, tool)) {
                int name = json.find(tool, "name");
                if (!isAbsent(json, name) && json.isText(name)) {
                    names.add(json.text(name));
                }
            }
        }
        return names.isEmpty() ? NONE_AT_ALL : new Namespaces(names);
    }

    private static boolean isNamespace(JsonOutline json, int tool) {
        int type = json.find(tool, "type");
        return !isAbsent(json, type) && json.isText(type, "namespace");
    }

    /** The namespace of a function that the model calls by that name; empty if it has none. */
    String of(String function) {
        String found = "";
        for (String name : names) {
            if (name.length() > found.length() && function.startsWith(name + SEPARATOR)) {
                found = name;
            }
        }
        return found;
    }
}
