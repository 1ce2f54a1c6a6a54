package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Decides whether a caller has the privileges that an operation names. */
final class Permissions {
    private Permissions() {}

    static void check(Operation operation, Caller caller, Map<String, String> parameters)
            throws Refused {
        if (operation.user().equals("world") && caller.who().isEmpty()) {
            return;
        }
        if (caller.isRoot()) {
            return;
        }
        if (operation.onlyRoot()) {
            throw Refused.forbidden("user != root@pam");
        }
        if (operation.user().equals("all")) {
            return;
        }
        if (operation.check().isNothing()) {
            throw Refused.forbidden();
        }
        check(operation.check().list(), caller, parameters);
    }

    private static void check(List<Value> test, Caller caller, Map<String, String> parameters)
            throws Refused {
        switch (test.getFirst().text()) {
            case "and" -> {
                for (Value part : test.subList(1, test.size())) {
                    check(part.list(), caller, parameters);
                }
            }
            case "or" -> {
                for (Value part : test.subList(1, test.size())) {
                    if (passes(part.list(), caller, parameters)) {
                        return;
                    }
                }
                throw Refused.forbidden();
            }
            case "perm" -> privileges(test, caller, parameters);
            case "userid-param" -> {
                if (!caller.who().equals(parameters.get("userid"))) {
                    throw Refused.forbidden();
                }
            }
            case "userid-group" -> caller.need("/access/groups", "User.Modify");
            case "perm-modify" ->
                    caller.need(parameters.getOrDefault("path", "/"), "Permissions.Modify");
            default -> throw new IllegalStateException("unknown permission test");
        }
    }

    private static boolean passes(List<Value> test, Caller caller, Map<String, String> parameters) {
        try {
            check(test, caller, parameters);
            return true;
        } catch (Refused _) {
            return false;
        }
    }

    private static void privileges(List<Value> test, Caller caller, Map<String, String> parameters)
            throws Refused {
        boolean any = false;
        for (int i = 3; i + 1 < test.size(); i += 2) {
            String value = test.get(i + 1).text();
            switch (test.get(i).text()) {
                case "any" -> any = value.equals("1");
                case "require_param" -> {
                    if (!parameters.containsKey(value)) {
                        throw Refused.forbidden();
                    }
                }
                default -> throw new IllegalStateException("unknown option of a permission test");
            }
        }
        String path = test.get(1).text();
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            path = path.replace("{" + parameter.getKey() + "}", parameter.getValue());
        }
        List<String> privileges = test.get(2).list().stream().map(Value::text).toList();
        if (any) {
            if (!caller.mayAny(path, new TreeSet<>(privileges))) {
                throw Refused.forbidden(path + ", " + String.join("|", privileges));
            }
            return;
        }
        for (String privilege : privileges) {
            caller.need(path, privilege);
        }
    }
}
