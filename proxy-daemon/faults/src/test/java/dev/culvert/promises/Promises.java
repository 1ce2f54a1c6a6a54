package dev.culvert.promises;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A page of promises, each with the test that holds it, and the reports of the tests that ran. */
final class Promises {
    private static final Pattern PROMISE = Pattern.compile("- .+ — `(\\w+#\\w+)`");

    private Promises() {}

    /** What is wrong with the page: lines that name no test, and tests that did not run. */
    static List<String> broken(Path page, Path... reports) throws IOException {
        Set<String> ran = new HashSet<>();
        for (Path folder : reports) {
            read(folder, ran);
        }
        List<String> broken = new ArrayList<>();
        int promises = 0;
        for (String line : Files.readAllLines(page)) {
            if (!line.startsWith("- ")) {
                continue;
            }
            promises++;
            Matcher promise = PROMISE.matcher(line);
            if (!promise.matches()) {
                broken.add("no promise of the form '- Sentence — `TestClass#method`': " + line);
            } else if (!ran.contains(promise.group(1))) {
                broken.add("the test did not run, or was skipped: " + line);
            }
        }
        if (promises == 0) {
            broken.add("there is no promise in " + page);
        }
        return broken;
    }

    /** All that ran, as {@code TestClass#method}; of a test with parameters one run is enough. */
    private static void read(Path folder, Set<String> ran) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".xml")).toList()) {
                readReport(file, ran);
            }
        }
    }

    private static void readReport(Path report, Set<String> ran) throws IOException {
        NodeList cases;
        try {
            cases =
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(report.toFile())
                            .getElementsByTagName("testcase");
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(report + " is no report", e);
        }
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            if (test.getElementsByTagName("skipped").getLength() == 0) {
                String type = test.getAttribute("classname").replaceFirst(".*\\.", "");
                String method = test.getAttribute("name").replaceFirst("\\W.*", "");
                ran.add(type + "#" + method);
            }
        }
    }
}
