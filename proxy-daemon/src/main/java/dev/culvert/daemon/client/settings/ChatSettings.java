package dev.culvert.daemon.client.settings;

import dev.culvert.daemon.client.Contexts;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.policy.Level;
import dev.culvert.policy.PolicyFile;
import dev.culvert.policy.ProjectSettings;
import dev.culvert.policy.UserSettings;
import dev.culvert.settings.SecretSource;
import dev.culvert.tools.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What {@code culvert chat} goes by: what the project's file says, else the user's, else defaults.
 *
 * @param layers what tools may do
 * @param plugins the project's own tools
 * @param user what the user's file says; nothing if there is none
 * @param home of the user
 */
public record ChatSettings(
        Project project, Layers layers, Plugins plugins, ProjectSettings user, Path home) {
    private static final Path HOME = Path.of("~");

    /** After this time without a message, {@code --continue} does not take a session up. */
    static final Duration SESSION_TIMEOUT = Duration.ofHours(24);

    /**
     * Reads what there is.
     *
     * @param start the folder in which the chat is started, or that of {@code --project}
     * @throws UsageException if a file is refused or wrong
     */
    public static ChatSettings find(Path start, Surroundings around) throws UsageException {
        Path folder = around.place().settings();
        Path home = Path.of(around.environment().getOrDefault("HOME", "/"));
        Optional<PolicyFile> own = SettingsFile.find(Level.USER, folder.resolve(Project.FILE));
        ProjectSettings user = own.map(PolicyFile::settings).orElse(ProjectSettings.NONE);
        Project project = Project.find(start, home).orOneOf(user.projectPaths(), start, home);
        String tools = project.settings().toolsPath().or(user::toolsPath).orElse(Plugins.FOLDER);
        Plugins plugins = Plugins.in(project.root(), tools);
        boolean isTrusted = new Trust(folder).isTrusted(project, plugins);
        Guard guard =
                Guard.of(
                        project.root(),
                        SettingsFile.path(tools, project.root(), project.root()),
                        tokens(project, user, home));
        Layers layers = Layers.of(project, own, guard, isTrusted);
        return new ChatSettings(project, layers, plugins, user, home);
    }

    /** The files with tokens that the settings name, also under the names that links lead to. */
    private static List<Path> tokens(Project project, ProjectSettings user, Path home)
            throws UsageException {
        List<Path> files = new ArrayList<>();
        if (project.settings().apiKey().isPresent()) {
            SecretSource source = project.settings().apiKey().get();
            new ApiKey(source, project.root(), home).file().ifPresent(files::add);
        }
        if (user.apiKey().isPresent()) {
            new ApiKey(user.apiKey().get(), home, home).file().ifPresent(files::add);
        }
        List<Path> all = new ArrayList<>(files);
        for (Path file : files) {
            try {
                all.add(file.toRealPath());
            } catch (IOException _) {
                // there is no such file yet
            }
        }
        return all;
    }

    /**
     * The daemon and the token for it. In this order: flags and {@code CULVERT_URL}, the project,
     * the user's file, what other verbs use.
     *
     * @throws UsageException if the project names a daemon that the user has not set up
     */
    public Target target(Session session) throws IOException {
        Surroundings around = session.around();
        boolean isSaid =
                session.options().url().isPresent()
                        || session.options().context().isPresent()
                        || !around.environment().getOrDefault("CULVERT_URL", "").isEmpty();
        if (isSaid) {
            return session.target();
        }
        Optional<String> ofProject = project.settings().agentUrl();
        if (ofProject.isPresent()) {
            return target(ofProject.get(), false, project.settings(), session);
        }
        if (user.agentUrl().isPresent()) {
            return target(user.agentUrl().get(), true, user, session);
        }
        return session.target();
    }

    /* A project comes from others: a token goes only where the user has sent it before. */
    private Target target(String text, boolean isOwn, ProjectSettings by, Session session)
            throws IOException {
        Surroundings around = session.around();
        String file = isOwn ? "the user's file" : "the project's file";
        AgentUrl url = AgentUrl.parse(text, file);
        String saidBy = "agentUrl of " + file;
        Optional<String> context = session.contexts().nameOf(url.server());
        if (context.isEmpty() && !isOwn) {
            throw new UsageException(
                    "the project's file names the daemon at %s, which you have not set up, so nothing is sent there: run culvert setup --url %s, or choose a daemon with --url"
                            .formatted(url.server(), url.server()));
        }
        Target target =
                context.isPresent()
                        ? Target.ofContext(context.get(), session.options(), around, saidBy)
                        : Target.of(url.daemon(), session.options(), around, saidBy);
        if (by.apiKey().isEmpty() || session.options().tokenFile().isPresent()) {
            return target;
        }
        ApiKey key = new ApiKey(by.apiKey().get(), isOwn ? home : project.root(), home);
        if (!isOwn && !layers.isTrusted()) {
            throw new UsageException(
                    "the project's file says which token is sent (apiKey), and the project is not trusted, so nothing is sent: look at it with culvert policy trust, or choose the daemon with --context or --url");
        }
        return target.withToken(isOwn ? key.ofUser() : key.ofProject(session.contexts()), around);
    }

    /** The agent to talk to where the command line names none; empty if nobody says it. */
    public Optional<String> agent(Session session) throws IOException {
        for (Optional<String> url : List.of(project.settings().agentUrl(), user.agentUrl())) {
            if (url.isPresent()) {
                Optional<String> agent = AgentUrl.parse(url.get(), "the settings").agent();
                if (agent.isPresent()) {
                    return agent;
                }
            }
        }
        Contexts contexts = session.contexts();
        String name = session.options().context().orElse(contexts.current());
        Contexts.Context context = contexts.contexts().get(name);
        return Optional.ofNullable(context)
                .map(Contexts.Context::agent)
                .filter(agent -> !agent.isEmpty());
    }

    /** After which time without a message a session is not continued. */
    public Duration sessionTimeout() {
        return first(ProjectSettings::sessionTimeout).orElse(SESSION_TIMEOUT);
    }

    /**
     * Whether the files that a turn has changed become a commit. Git works with what the project
     * has, so a project can ask for it only where it is trusted.
     */
    public boolean autoCommit() {
        boolean ofUser = user.autoCommit().orElse(false);
        return project.settings()
                .autoCommit()
                .map(wanted -> wanted && (ofUser || layers.isTrusted()))
                .orElse(ofUser);
    }

    /** What a person should know of them at the start, a sentence for each. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (!layers.note().isEmpty()) {
            notes.add(layers.note());
        }
        if (project.settings().autoCommit().orElse(false) && !autoCommit()) {
            notes.add(
                    "this project's autoCommit is not used, because the project is not trusted: culvert policy trust shows it");
        }
        return notes;
    }

    /** Where telemetry goes; empty for nowhere. Only the user's file can say it. */
    public Optional<String> telemetryUrl() {
        return user.ofTheUser().telemetryUrl();
    }

    /** Whether tools may start programs, as the user's file says it. */
    public Commands commands() {
        return switch (user.ofTheUser().commands().orElse("confined")) {
            case "off" -> Commands.OFF;
            case "unconfined" -> Commands.UNCONFINED;
            default -> Commands.CONFINED;
        };
    }

    /** The agent that {@code --local} starts. */
    public UserSettings.Local local() {
        UserSettings.Local local = user.ofTheUser().local();
        return new UserSettings.Local(
                local.runtime(),
                local.kind(),
                local.model(),
                local.keyFile()
                        .map(file ->
                                file.startsWith(HOME)
                                        ? home.resolve(HOME.relativize(file))
                                        : file));
    }

    private <T> Optional<T> first(Function<ProjectSettings, Optional<T>> setting) {
        return setting.apply(project.settings()).or(() -> setting.apply(user));
    }
}
