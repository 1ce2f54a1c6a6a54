package dev.culvert.daemon.client.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A process that has a child, until somebody kills it. */
final class ParentOfAChild {
    private ParentOfAChild() {}

    /** Takes the path of a program, and that of a log. */
    public static void main(String[] arguments) throws Exception {
        Child child =
                Child.start(
                        "the child",
                        List.of(arguments[0]),
                        Map.of("PATH", "/usr/bin:/bin"),
                        Path.of(arguments[1]));
        child.awaitReady();
        System.out.println("started");
        Thread.sleep(300_000);
    }
}
