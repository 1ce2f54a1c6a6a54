import java.lang.reflect.InvocationTargetException;

/**
 * Starts the command from its jar, or says which Java it needs. It is compiled for Java 8, because
 * an older Java cannot load the classes of the command, and would only say
 * UnsupportedClassVersionError.
 */
public final class Start {
    private static final int NEEDED = 25;

    private Start() {}

    public static void main(String[] arguments) throws Throwable {
        String version = System.getProperty("java.specification.version");
        if (Double.parseDouble(version) < NEEDED) { // 1.8, 17
            System.err.println(
                    "culvert: this is Java "
                            + version
                            + " ("
                            + System.getProperty("java.home")
                            + "), and culvert needs Java "
                            + NEEDED
                            + " or later: start the jar with bin/java of such a JDK or JRE,"
                            + " or use culvert's tar.gz or Debian package, which have a Java of their own");
            System.exit(1);
        }
        try {
            Class.forName("@MAIN@")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
