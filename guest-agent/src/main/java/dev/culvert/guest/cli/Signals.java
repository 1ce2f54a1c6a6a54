package dev.culvert.guest.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Signals of the operating system. */
/* The JDK has them in a class that every JDK exports and the compiler refuses to be told of: so it
 * is found by its name. */
final class Signals {
    private Signals() {}

    /** Runs the action at each such signal, unless the process was started with it ignored. */
    static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, method, _) -> {
                                if (method.getName().equals("handle")) {
                                    action.run();
                                }
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (InvocationTargetException _) {
            // Refused, as nohup has it ignored: then it stays so.
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "this Java has no signals: culvert-agent needs them", e);
        }
    }
}
