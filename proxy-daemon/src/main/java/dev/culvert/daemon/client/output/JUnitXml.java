package dev.culvert.daemon.client.output;

import dev.culvert.io.Quoted;
import java.util.List;

/** Results as JUnit's XML, which pipelines read. */
public record JUnitXml(String suite, List<Case> cases) {
    /** How a check ended. */
    public enum State {
        PASSED,
        FAILED,

        /** Nobody could look. */
        ERROR,
        SKIPPED
    }

    /**
     * One check.
     *
     * @param why it did not pass; empty if it did
     */
    public record Case(String name, State state, String why) {}

    public JUnitXml {
        cases = List.copyOf(cases);
    }

    /** The whole document. */
    public String text() {
        StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        text.append(
                "<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\">%n"
                        .formatted(
                                xml(suite),
                                cases.size(),
                                count(State.FAILED),
                                count(State.ERROR),
                                count(State.SKIPPED)));
        for (Case each : cases) {
            text.append(
                    "  <testcase classname=\"%s\" name=\"%s\""
                            .formatted(xml(suite), xml(each.name())));
            text.append(
                    switch (each.state()) {
                        case PASSED -> "/>\n";
                        case FAILED -> inside("failure", each);
                        case ERROR -> inside("error", each);
                        case SKIPPED -> inside("skipped", each);
                    });
        }
        return text.append("</testsuite>\n").toString();
    }

    private static String inside(String element, Case each) {
        return "><%s message=\"%s\"/></testcase>%n".formatted(element, xml(each.why()));
    }

    private long count(State state) {
        return cases.stream().filter(it -> it.state() == state).count();
    }

    private static String xml(String text) {
        return Quoted.page(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
