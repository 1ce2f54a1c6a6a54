package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/** Every verb, in the order in which the help lists them. */
/* picocli reads the annotations of each verb when it is added. For a command line that begins with a
 * verb, only that one is added, which saves a third of the time that the command takes to start. */
final class Verbs {
    private static final String COMPLETION = "completion";
    private static final String SETUP = "setup";
    private static final List<String> VERSION = List.of("-V", "--version");

    private Verbs() {}

    /**
     * Adds the verb that the arguments begin with. If they begin with a flag, adds those that they
     * contain: one of them may be a value. Adds all if there is none, or if the verb describes the
     * others.
     */
    static void add(
            CommandLine culvert, Session session, ConsoleStart console, List<String> arguments) {
        Map<String, Supplier<Object>> verbs = verbs(session, console);
        String first = arguments.isEmpty() ? "" : arguments.getFirst();
        List<String> named = first.startsWith("-") ? arguments : List.of(first);
        if (arguments.size() == 1 && VERSION.contains(first)) {
            verbs.clear();
        } else if (!named.contains(COMPLETION)
                && !named.contains(SETUP)
                && named.stream().anyMatch(verbs::containsKey)) {
            verbs.keySet().retainAll(named);
        }
        verbs.values().forEach(verb -> culvert.addSubcommand(verb.get()));
    }

    /** Whether one of the arguments is the name of a verb. */
    static boolean isAnyIn(List<String> arguments, Session session, ConsoleStart console) {
        return arguments.stream().anyMatch(verbs(session, console)::containsKey);
    }

    private static Map<String, Supplier<Object>> verbs(Session session, ConsoleStart console) {
        Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
        verbs.put("status", () -> new StatusCommand(session));
        verbs.put("health", () -> new HealthCommand(session));
        verbs.put("agents", () -> AgentsCommand.with(session));
        verbs.put("ping", () -> new PingCommand(session));
        verbs.put("message", () -> new MessageCommand(session));
        verbs.put("stream", () -> new StreamCommand(session));
        verbs.put("chat", () -> new ChatCommand(session));
        verbs.put("turns", () -> TurnsCommand.with(session));
        verbs.put("publish", () -> new PublishCommand(session));
        verbs.put("request", () -> new RequestCommand(session));
        verbs.put("subscribe", () -> new SubscribeCommand(session));
        verbs.put("approvals", () -> ApprovalsCommand.with(session));
        verbs.put("webhooks", () -> WebhooksCommand.with(session));
        verbs.put("hosts", () -> HostsCommand.with(session));
        verbs.put("budgets", () -> new BudgetsCommand(session));
        verbs.put("forward", () -> new ForwardCommand(session));
        verbs.put("reverse", () -> new ReverseCommand(session));
        verbs.put("preview", () -> PreviewCommand.with(session));
        verbs.put("config-ssh", () -> new ConfigSshCommand(session));
        verbs.put("flow", () -> FlowCommand.with(session));
        verbs.put("init", () -> new InitCommand(session));
        verbs.put("create", () -> CreateCommand.with(session));
        verbs.put("validate", () -> new ValidateCommand(session));
        verbs.put("plan", () -> new PlanCommand(session));
        verbs.put("apply", () -> new ApplyCommand(session));
        verbs.put("diff", () -> new DiffCommand(session));
        verbs.put("test", () -> new TestCommand(session));
        verbs.put("document", () -> new DocumentCommand(session));
        verbs.put("sync", () -> new SyncCommand(session));
        verbs.put("destroy", () -> new DestroyCommand(session));
        verbs.put("top", () -> new TopCommand(session));
        verbs.put("logs", () -> new LogsCommand(session));
        verbs.put("explain", () -> new ExplainCommand(session));
        verbs.put("reach", () -> ReachCommand.with(session));
        verbs.put("check", () -> new CheckCommand(session));
        verbs.put("diagnose", () -> new DiagnoseCommand(session));
        verbs.put("doctor", () -> new DoctorCommand(session));
        verbs.put("report", () -> ReportCommand.with(session));
        verbs.put("bugreport", () -> new BugreportCommand(session));
        verbs.put("config", () -> ConfigCommand.with(session));
        verbs.put("reload", () -> new ReloadCommand(session));
        verbs.put("drain", () -> new DrainCommand(session));
        verbs.put("log-level", () -> new LogLevelCommand(session));
        verbs.put("fleet", () -> FleetCommand.with(session));
        verbs.put("db", () -> DatabaseCommand.with(session));
        verbs.put("token", () -> TokenCommand.with(session));
        verbs.put("enroll", () -> new EnrollCommand(session));
        verbs.put("enrollments", () -> EnrollmentsCommand.with(session));
        verbs.put("tunnel", () -> TunnelCommand.with(session));
        verbs.put("task", () -> TaskCommand.with(session));
        verbs.put("keys", () -> KeysCommand.with(session));
        verbs.put("inventory", () -> InventoryCommand.with(session));
        verbs.put("infra", () -> InfraCommand.with(session));
        verbs.put("vm", () -> GuestsCommand.vm(session));
        verbs.put("ct", () -> GuestsCommand.ct(session));
        verbs.put("op", () -> new OpCommand(session));
        verbs.put("call", () -> new CallCommand(session));
        verbs.put("policy", () -> PolicyCommand.with(session));
        verbs.put("mcp", () -> McpCommand.with(session));
        verbs.put("audit", () -> AuditCommand.with(session));
        verbs.put("exec", () -> new ExecCommand(session, console));
        verbs.put(SETUP, () -> new SetupCommand(session));
        verbs.put("context", () -> ContextCommand.with(session));
        verbs.put(COMPLETION, () -> new CompletionCommand(session));
        return verbs;
    }
}
