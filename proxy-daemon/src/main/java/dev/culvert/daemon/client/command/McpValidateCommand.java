package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.mcp.McpEndpoint;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;

/** {@code culvert mcp validate}: whether the tools that only read do what they should. */
@Command(
        name = "validate",
        description =
                "Lists the tools that you may use over MCP, and calls each that only reads. Changes"
                        + " nothing.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:each answered", "1:one did not"})
final class McpValidateCommand implements Verb {
    private static final View TOOLS =
            View.of(
                    "tool",
                    Column.of("TOOL", "tool"),
                    Column.of("RESULT", "result").in(McpValidateCommand::tone),
                    Column.of("WHY", "why"));

    private static final String OK = "ok";
    private static final String FAILED = "failed";
    private static final String PASSED_OVER = "passed over";

    /**
     * Statuses of what works as it should, but not with these settings or this agent: a conflict,
     * or a feature that the agent does not have.
     */
    private static final Set<String> CANNOT_HERE = Set.of("409", "501");

    /**
     * Where the value of an argument comes from: a tool, its list, and a member of the entries. A
     * name with a dot is that of an argument of the tools of that group.
     */
    private record Source(String tool, String list, String member) {}

    private static final Map<String, Source> SOURCES =
            Map.of(
                    "id", new Source("agents_list", "agents", "id"),
                    "turn", new Source("turns_list", "turns", "turn"),
                    "token", new Source("token_list", "tokens", "id"),
                    "op.run", new Source("op_list", "runs", "id"),
                    "flow.run", new Source("flow_list", "runs", "id"));

    private final Session session;

    McpValidateCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        McpEndpoint endpoint = new McpEndpoint(session.api());
        endpoint.ask("server/discover");
        Map<String, String> known = new LinkedHashMap<>();
        List<Value> rows = new ArrayList<>();
        for (Value tool : endpoint.ask("tools/list").at("tools").list()) {
            rows.add(look(endpoint, tool, known));
        }
        session.output().items(rows, TOOLS);
        boolean isWell = rows.stream().noneMatch(row -> row.text("result").equals(FAILED));
        return isWell && !rows.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static Value look(McpEndpoint endpoint, Value tool, Map<String, String> known)
            throws IOException {
        String name = tool.text("name");
        if (!tool.at("annotations").text("readOnlyHint").equals("true")) {
            return row(name, PASSED_OVER, "it changes something");
        }
        Map<String, Value> arguments = new LinkedHashMap<>();
        for (Value needed : tool.at("inputSchema", "required").list()) {
            String value = value(endpoint, source(name, needed.text()), known);
            if (value.isEmpty()) {
                return row(
                        name, PASSED_OVER, "there is nothing to give as '" + needed.text() + "'");
            }
            arguments.put(needed.text(), Value.of(value));
        }
        try {
            Value result = call(endpoint, name, new Value.Members(arguments));
            boolean isWell = !result.text("isError").equals("true");
            if (!isWell && CANNOT_HERE.contains(result.at("_meta", "dev.culvert/status").text())) {
                return row(name, PASSED_OVER, said(result));
            }
            return row(name, isWell ? OK : FAILED, isWell ? "" : said(result));
        } catch (ProblemException e) {
            throw e;
        } catch (IOException e) {
            return row(name, FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static String source(String tool, String argument) {
        String ofGroup = tool.substring(0, Math.max(0, tool.indexOf('_'))) + "." + argument;
        return SOURCES.containsKey(ofGroup) ? ofGroup : argument;
    }

    private static String value(McpEndpoint endpoint, String argument, Map<String, String> known)
            throws IOException {
        Source source = SOURCES.get(argument);
        if (source == null) {
            return "";
        }
        String value = known.get(argument);
        if (value == null) {
            value = first(endpoint, source);
            known.put(argument, value);
        }
        return value;
    }

    private static String first(McpEndpoint endpoint, Source source) throws IOException {
        Value result = call(endpoint, source.tool(), Value.members("limit", 1));
        try {
            List<Value> entries = Value.parse(said(result)).at(source.list()).list();
            return entries.isEmpty() ? "" : entries.getFirst().text(source.member());
        } catch (BadValueException _) {
            return ""; // it says why it failed when it is called for itself
        }
    }

    private static Value call(McpEndpoint endpoint, String name, Value arguments)
            throws IOException {
        return endpoint.ask("tools/call", "name", name, "arguments", arguments);
    }

    private static String said(Value result) {
        List<Value> content = result.at("content").list();
        return content.isEmpty() ? "" : content.getFirst().text("text");
    }

    private static Value row(String tool, String result, String why) {
        return Value.members("tool", tool, "result", result, "why", why);
    }

    private static Tone tone(Value row) {
        return switch (row.text("result")) {
            case OK -> Tone.GOOD;
            case FAILED -> Tone.BAD;
            default -> Tone.FAINT;
        };
    }
}
