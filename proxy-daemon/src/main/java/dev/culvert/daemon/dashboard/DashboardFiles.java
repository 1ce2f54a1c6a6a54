package dev.culvert.daemon.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of the dashboard by name: its own, and those of the libraries. Immutable. */
/* There is no build step: a browser gets the files as they are in the source and in the jars of the libraries. The
 * one exception is an import by a bare name, which browsers take only from an import map, a script in the page itself:
 * it is replaced by the name under which the library is served. */
final class DashboardFiles {
    static final String PAGE = "index.html";

    private static final AsciiString HTML = AsciiString.cached("text/html; charset=utf-8");
    private static final AsciiString CSS = AsciiString.cached("text/css; charset=utf-8");
    private static final AsciiString SCRIPT = AsciiString.cached("text/javascript; charset=utf-8");
    private static final AsciiString SVG = AsciiString.cached("image/svg+xml");
    private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");

    private static final String OWN = "/dev/culvert/daemon/dashboard/";
    private static final String PREACT = "/META-INF/resources/webjars/preact/10.28.0/";
    private static final String HTM = "/META-INF/resources/_static/htm/3.1.1/";
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/";

    private static final List<String> NAMES =
            List.of(
                    PAGE,
                    "style.css",
                    "icon.svg",
                    "agent.js",
                    "api.js",
                    "app.js",
                    "approvals.js",
                    "doctor.js",
                    "enrol.js",
                    "events.js",
                    "exact.js",
                    "fleet.js",
                    "flowrun.js",
                    "flows.js",
                    "format.js",
                    "graph.js",
                    "inventory.js",
                    "plan.js",
                    "live.js",
                    "operations.js",
                    "parts.js",
                    "reach.js",
                    "sparkline.js",
                    "talk.js",
                    "tokens.js");

    private final Map<String, DashboardFile> files = new HashMap<>();

    DashboardFiles() {
        NAMES.forEach(name -> add(name, read(OWN + name)));
        add("preact.js", read(PREACT + "dist/preact.module.js"));
        add("hooks.js", resolved(read(PREACT + "hooks/dist/hooks.module.js")));
        add("htm.js", read(HTM + "dist/htm.module.js"));
        add("uplot.js", read(UPLOT + "dist/uPlot.iife.min.js"));
        add("uplot.css", read(UPLOT + "dist/uPlot.min.css"));
        add("preact.LICENSE.txt", read(PREACT + "LICENSE"));
        add("htm.LICENSE.txt", read(HTM + "LICENSE"));
        add("uplot.LICENSE.txt", read(UPLOT + "LICENSE"));
    }

    private void add(String name, byte[] bytes) {
        files.put(name, new DashboardFile(type(name), bytes));
    }

    private static AsciiString type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> HTML;
            case "css" -> CSS;
            case "js" -> SCRIPT;
            case "svg" -> SVG;
            default -> TEXT;
        };
    }

    private static byte[] resolved(byte[] hooks) {
        String text = new String(hooks, UTF_8);
        String next = text.replace("from\"preact\"", "from\"./preact.js\"");
        if (next.equals(text)) {
            throw new IllegalStateException("the hooks of Preact do not import \"preact\"");
        }
        return next.getBytes(UTF_8);
    }

    private static byte[] read(String resource) {
        try (InputStream file = DashboardFiles.class.getResourceAsStream(resource)) {
            if (file == null) {
                throw new IllegalStateException("the daemon was built without " + resource);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Null if there is none. */
    @Nullable DashboardFile find(String name) {
        return files.get(name);
    }

    Map<String, DashboardFile> all() {
        return Map.copyOf(files);
    }
}
