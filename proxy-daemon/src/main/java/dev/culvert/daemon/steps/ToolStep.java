package dev.culvert.daemon.steps;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.operations.Effect;
import dev.culvert.daemon.operations.Operation;
import dev.culvert.daemon.operations.OperationCall;
import dev.culvert.daemon.operations.Operations;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.settings.Node;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntSupplier;

/** A step that runs an operation: all that MCP clients can call as a tool, too. */
public final class ToolStep implements StepKind {
    private static final String OPERATION = "operation";
    private static final Node.Members NONE = Values.members(Map.of());

    private static final String MCP = "mcp";
    private static final String NAME = "name";

    private final OwnAnswer own;
    private final HostTools tools;
    private final IntSupplier mostBytes;

    /**
     * @param tools of MCP servers of this host
     * @param mostBytes of an output
     */
    public ToolStep(OwnAnswer own, HostTools tools, IntSupplier mostBytes) {
        this.own = own;
        this.tools = tools;
        this.mostBytes = mostBytes;
    }

    @Override
    public String name() {
        return "tool";
    }

    @Override
    public String summary() {
        return "Run an operation of the daemon, or a tool of an MCP server of this host";
    }

    @Override
    public List<Param> params() {
        List<String> names =
                Operations.all().stream()
                        .filter(Operation::isCallable)
                        .map(Operation::name)
                        .toList();
        return List.of(
                Param.of(
                        OPERATION,
                        Schema.oneOf(names),
                        "The name of an operation, as docs/operations.md has it"),
                Param.of(
                        MCP,
                        Schema.TEXT,
                        "Instead of an operation, the MCP server of `flows.mcp` whose tool is"
                                + " called"),
                Param.of(NAME, Schema.TEXT, "The name of that tool"),
                Param.of("arguments", Schema.OBJECT, "What it takes"),
                Param.of(
                        "idempotent",
                        Schema.BOOLEAN,
                        "Whether calling the tool of an MCP server twice does no harm; false by"
                                + " default"));
    }

    @Override
    public Optional<String> refuses(Node.Members params) {
        boolean isOfServer = Params.has(params, MCP);
        if (isOfServer == Params.has(params, OPERATION)) {
            return Optional.of("tool takes either 'operation', or 'mcp' and 'name'");
        }
        if (!isOfServer) {
            return Params.has(params, NAME)
                    ? Optional.of("tool.name is for a tool of 'mcp': an operation has none")
                    : Optional.empty();
        }
        if (!Params.has(params, NAME)) {
            return Optional.of("tool needs 'name': the name of the tool of 'mcp'");
        }
        String server = Params.text(params, MCP);
        String name = Params.text(params, NAME);
        return server.contains("${") || name.contains("${")
                ? Optional.empty()
                : tools.refuses(server, name);
    }

    @Override
    public List<Param> results() {
        return List.of(); // each operation has its own
    }

    /** What only reads, and what HTTP says to be so. */
    @Override
    public boolean isIdempotent(Node.Members params) {
        if (Params.has(params, MCP)) {
            return Params.isTrue(params, "idempotent", false);
        }
        Operation operation = Operations.named(Params.text(params, OPERATION));
        return operation != null && isIdempotent(operation);
    }

    private static boolean isIdempotent(Operation operation) {
        return operation.effect() == Effect.READ
                || operation.method().equals(HttpMethod.PUT)
                || operation.method().equals(HttpMethod.DELETE)
                || operation.is(Operation.Trait.IS_OF_A_TURN);
    }

    @Override
    public void stop() {
        tools.close();
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        if (Params.has(input.params(), MCP)) {
            if (!input.caller().may(Need.OPERATE)) {
                end.failed(
                        new StepFailure(
                                "forbidden",
                                "only callers who may operate the daemon (the scope admin, without a tenant) call tools of MCP servers of its host",
                                false));
                return () -> {};
            }
            return new McpCall(tools, input, end, mostBytes.getAsInt()).begin();
        }
        String name = input.text(OPERATION, "");
        Operation operation = Operations.named(name);
        if (operation == null || !operation.isCallable()) {
            end.failed(
                    new StepFailure(
                            "bad_parameter",
                            "there is no operation '%s' that a step can run".formatted(name),
                            false));
            return () -> {};
        }
        Node arguments =
                Objects.requireNonNullElse(Params.member(input.params(), "arguments"), NONE);
        OperationCall call;
        ByteBuf json = Unpooled.copiedBuffer(arguments.json(), StandardCharsets.UTF_8);
        try {
            call = OperationCall.of(operation, json);
        } catch (IllegalArgumentException e) {
            end.failed(new StepFailure("bad_parameter", String.valueOf(e.getMessage()), false));
            return () -> {};
        } finally {
            json.release();
        }
        String body = call.body().toString(StandardCharsets.UTF_8);
        call.body().release();
        return own.ask(
                input,
                new OwnAnswer.Question(call.method(), call.uri(), body, isIdempotent(operation)),
                end,
                answer -> answer);
    }
}
