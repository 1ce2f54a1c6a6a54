package dev.culvert.daemon.proxmox.fake;

import java.util.Map;

/**
 * One request that is let in: its parameters are those of the path, of the query and of the body.
 *
 * @param parameters by name, checked
 */
record Call(Operation operation, Caller caller, Map<String, String> parameters) {
    boolean has(String name) {
        return parameters.containsKey(name);
    }

    /** Empty if it was not given. */
    String text(String name) {
        return parameters.getOrDefault(name, "");
    }

    int number(String name) {
        return Integer.parseInt(text(name));
    }

    int number(String name, int otherwise) {
        return has(name) ? number(name) : otherwise;
    }

    boolean is(String name) {
        return text(name).equals("1");
    }
}
