// 医保读卡示例（Java 8 以上，JNA 5 以上，Jackson 2.9 以上）。
//
//     java -cp "lib/*;." MpsExample 03                  读社会保障卡
//     java -cp "lib/*;." MpsExample 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
//
// lib 中是 jna.jar 和 jackson-core、jackson-databind、jackson-annotations 三个 jar。最后的“字节”是 resp 的
// 大小，默认 8192，供试验缓冲区太小会怎样。
// 退出码：0 读到了病人；1 没有读到，不得使用任何病人的信息；2 没有应答。
// 源文件是 UTF-8：javac -encoding UTF-8 -cp "lib/*" MpsExample.java
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

public class MpsExample {
    public interface MpsClient extends Library {
        int MPS_Call(byte[] req, byte[] resp);
    }

    /** Windows 上是 __stdcall；只在 Windows 上用时，MpsClient 直接继承 StdCallLibrary 即可。 */
    public interface StdCallClient extends MpsClient, StdCallLibrary {
    }

    /** 应答成功，却不能使用：不得采用其中任何内容。 */
    static class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String why) {
            super(why + "，没有采用；请重试，仍不成功请联系信息科");
        }
    }

    /** Windows 上是 mps_client.dll，Linux 上是 libmps_client.so。 */
    static final MpsClient MPS = Platform.isWindows()
        ? Native.load("mps_client", StdCallClient.class)
        : Native.load("mps_client", MpsClient.class);
    /** 包含 GBK，还有四字节的生僻字。 */
    static final Charset GBK = Charset.forName("GB18030");
    static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static String call(String request, int size) {
        byte[] req = (request + "\0").getBytes(GBK);
        // 用空格填满、以 0 结尾：动态库由此知道 resp 有多大。放不下时应答是一份说明原因的失败报文；
        // 不要换个更大的缓冲区自动重试：卡会再读一次，码会再用一次。
        byte[] resp = new byte[size];
        Arrays.fill(resp, 0, size - 1, (byte) ' ');
        int ret = MPS.MPS_Call(req, resp);
        if (ret != 0) {
            throw new IllegalStateException("MPS_Call 返回 " + ret);
        }
        int length = 0;
        while (resp[length] != 0) {
            length++;
        }
        return new String(resp, 0, length, GBK);
    }

    static String request(String type, String code) {
        if (!code.isEmpty()) {
            code = "<ec_qr_code>" + code.replace("&", "&amp;").replace("<", "&lt;") + "</ec_qr_code>";
        }
        return "<?xml version=\"1.0\" encoding=\"GBK\" ?>"
            + "<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>"
            + "<Body><mdtrt_cert_type>" + type + "</mdtrt_cert_type>" + code + "</Body></request>";
    }

    static Element parseXml(String answer) throws UnusableException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null); // 不在标准错误上另外报告
            return builder.parse(new InputSource(new StringReader(answer))).getDocumentElement();
        } catch (SAXException | IOException e) {
            throw new UnusableException("应答不是完整的 XML");
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** parent 的子元素 name 的文字，例如 Header 的 msg；没有则为空。 */
    static String element(Element answer, String parent, String name) {
        Element part = child(answer, parent);
        Element field = part == null ? null : child(part, name);
        return field == null ? "" : field.getTextContent();
    }

    static Element child(Element parent, String name) {
        for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element && n.getNodeName().equals(name)) {
                return (Element) n;
            }
        }
        return null;
    }

    static JsonNode parseObject(String text) throws UnusableException {
        try {
            JsonNode value = JSON.readTree(text);
            if (value != null && value.isObject()) {
                return value;
            }
        } catch (IOException e) {
            // 与不是对象一样
        }
        throw new UnusableException("out_put 不是完整的 JSON");
    }

    /** 字符串或数字，前后不带空格；没有，或是别的，则为空。 */
    static String member(JsonNode object, String name) throws UnusableException {
        JsonNode value = object.path(name);
        String text = value.isTextual() || value.isNumber() ? value.asText() : "";
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) { // 单独的 \\ud842：半个字符
            throw new UnusableException("out_put 不是完整的 JSON");
        }
        return trim(text);
    }

    static String trim(String text) {
        return text.replaceAll("^[\\s\u3000]+|[\\s\u3000]+$", "");
    }

    static Map<String, String> card(Element answer) throws UnusableException {
        Map<String, String> card = new LinkedHashMap<>();
        for (String name : new String[] {"idcard_no", "card_no", "name", "card_code"}) {
            card.put(name, trim(element(answer, "Body", name)));
        }
        if (card.get("name").isEmpty() || card.get("idcard_no").isEmpty() && card.get("card_no").isEmpty()) {
            throw new UnusableException("应答中没有病人的姓名或号码");
        }
        return card;
    }

    static Map<String, String> voucher(Element answer) throws UnusableException {
        JsonNode out = parseObject(element(answer, "Body", "out_put"));
        if (!member(out, "code").equals("0")) { // 有的中心写 "0"，有的写 0
            throw new UnusableException("out_put 的 code 不是 0");
        }
        JsonNode data = out.path("data");
        if (data.isTextual()) { // 有的中心把 data 写成装着 JSON 的字符串
            data = parseObject(data.asText());
        }
        Map<String, String> holder = new LinkedHashMap<>();
        for (String name : new String[] {"idNo", "userName", "ecToken"}) {
            holder.put(name, member(data, name));
        }
        if (holder.get("idNo").isEmpty()) {
            holder.put("idNo", member(data, "aac002"));
        }
        if (holder.containsValue("")) {
            throw new UnusableException("应答中没有病人的姓名或号码");
        }
        return holder;
    }

    /** 调用一次，显示 funid、result、msg，返回病人；失败时返回 null，原因在 msg。 */
    static Map<String, String> readPatient(String type, String code, int size) throws UnusableException {
        Element answer = parseXml(call(request(type, code), size));
        for (String name : new String[] {"funid", "result", "msg"}) {
            System.out.println(name + "=" + element(answer, "Header", name));
        }
        if (!element(answer, "Header", "result").equals("0")) { // 0 成功，其他失败
            return null;
        }
        return type.equals("03") ? card(answer) : voucher(answer);
    }

    public static void main(String[] args) {
        String type = args.length > 0 ? args[0] : "03"; // mdtrt_cert_type
        String code = args.length > 1 ? args[1] : "";
        int size = args.length > 2 ? Integer.parseInt(args[2]) : 8192;

        Map<String, String> patient = null;
        try {
            patient = readPatient(type, code, size);
        } catch (UnusableException e) {
            System.out.println("error=" + e.getMessage());
        } catch (IllegalStateException e) {
            System.out.println("error=" + e.getMessage());
            System.exit(2);
        }
        if (patient == null) {
            System.exit(1);
        }
        patient.forEach((name, value) -> System.out.println(name + "=" + value));
    }
}
