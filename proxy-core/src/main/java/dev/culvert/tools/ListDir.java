package dev.culvert.tools;

import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;

/** Lists a directory. */
final class ListDir implements BuiltinTool {
    private static final int MOST_ENTRIES = 2_000;

    private final WorkTree files;

    ListDir(WorkTree files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "list_dir";
    }

    @Override
    public String description() {
        return "Lists a directory: one name a line, with / after a directory, and the size of a"
                + " file.";
    }

    @Override
    public String schema() {
        return """
        {"type":"object","properties":{\
        "path":{"type":"string","description":"relative to the working directory, which is ."}},\
        "additionalProperties":false}\
        """;
    }

    @Override
    public Action plan(Arguments arguments) throws ToolException {
        arguments.only("path");
        return new Action.File(name(), path(arguments).toString(), Access.LIST, 0);
    }

    private WorkPath path(Arguments arguments) throws ToolException {
        String given = arguments.string("path", null);
        return files.path(given == null ? "." : given);
    }

    @Override
    public String run(Arguments arguments, Grant grant) throws ToolException {
        Folder.Entries found = files.list(path(arguments), MOST_ENTRIES);
        StringBuilder list = new StringBuilder();
        boolean cut = found.more();
        for (Folder.Entry entry : found.entries()) {
            String line = line(entry);
            if (list.length() + line.length() > grant.mostOutputBytes()) {
                cut = true;
                break;
            }
            list.append(line).append('\n');
        }
        if (cut) {
            list.append("[there are more]\n");
        }
        return list.isEmpty() ? "[the directory is empty]" : list.toString();
    }

    private static String line(Folder.Entry entry) {
        String name = Quoted.cut(entry.name(), 1_024);
        if (entry.stat().isDirectory()) {
            return name + "/";
        }
        return entry.stat().isRegular()
                ? name + "\t" + entry.stat().size()
                : name + "\t(" + entry.stat().kind() + ")";
    }
}
