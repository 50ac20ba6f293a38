package dev.fanfare.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ChartTest {
    @Test
    void barsAreToScaleAndTheStrokeIsAtTheLimit() throws Exception {
        Document chart = read(Chart.draw(
                "rates",
                "2 < 3 & more",
                List.of(new Chart.Bar("a", 5_000, 20_000.0), new Chart.Bar("b", 10_000, null))));
        NodeList shapes = chart.getElementsByTagName("rect");
        assertThat(width(shapes, 3)).isEqualTo(2 * width(shapes, 1));
        Element limit = (Element) shapes.item(2);
        assertThat(limit.getAttribute("class")).isEqualTo("limit");
        double left = Double.parseDouble(((Element) shapes.item(1)).getAttribute("x"));
        assertThat(Double.parseDouble(limit.getAttribute("x")) - left).isEqualTo(4 * width(shapes, 1));
        assertThat(chart.getDocumentElement().getTextContent())
                .contains("2 < 3 & more")
                .contains("5,000/s (0.25)")
                .contains("10,000/s");
    }

    private static double width(NodeList shapes, int which) {
        return Double.parseDouble(((Element) shapes.item(which)).getAttribute("width"));
    }

    private static Document read(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
