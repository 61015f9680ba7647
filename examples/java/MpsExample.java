// 医保读卡示例（Java 8 以上，JNA 5 以上）。
//
//     java -cp jna.jar;. MpsExample 03                  读社会保障卡
//     java -cp jna.jar;. MpsExample 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
//
// 最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。
// 源文件是 UTF-8：javac -encoding UTF-8 -cp jna.jar MpsExample.java
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.win32.StdCallLibrary;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

public class MpsExample {
    public interface MpsClient extends Library {
        int MPS_Call(byte[] req, byte[] resp);
    }

    /** Windows 上是 __stdcall；只在 Windows 上用时，MpsClient 直接继承 StdCallLibrary 即可。 */
    public interface StdCallClient extends MpsClient, StdCallLibrary {
    }

    /** Windows 上是 mps_client.dll，Linux 上是 libmps_client.so。 */
    static final MpsClient MPS = Platform.isWindows()
        ? Native.load("mps_client", StdCallClient.class)
        : Native.load("mps_client", MpsClient.class);
    /** 包含 GBK，还有四字节的生僻字。 */
    static final Charset GBK = Charset.forName("GB18030");

    static String call(String request, int size) {
        byte[] req = (request + "\0").getBytes(GBK);
        // 用空格填满、以 0 结尾：动态库由此知道 resp 有多大。
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

    static String element(Document answer, String name) {
        return answer.getElementsByTagName(name).getLength() == 0
            ? "" : answer.getElementsByTagName(name).item(0).getTextContent();
    }

    // 示例不依赖 JSON 库；正式程序请用 JSON 库解析 out_put。
    static String member(String json, String name) {
        Matcher m = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
        return m.find() ? m.group(1) : "";
    }

    public static void main(String[] args) throws Exception {
        String type = args.length > 0 ? args[0] : "03"; // mdtrt_cert_type
        String code = args.length > 1 ? args[1] : "";
        int size = args.length > 2 ? Integer.parseInt(args[2]) : 8192;

        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Document answer = factory.newDocumentBuilder().parse(
            new InputSource(new StringReader(call(request(type, code), size))));
        for (String name : new String[] {"funid", "result", "msg"}) {
            System.out.println(name + "=" + element(answer, name));
        }
        if (!element(answer, "result").equals("0")) { // 0 成功，其他失败，原因在 msg
            System.exit(1);
        }
        if (type.equals("03")) {
            for (String name : new String[] {"idcard_no", "card_no", "name", "card_code"}) {
                System.out.println(name + "=" + element(answer, name));
            }
        } else {
            for (String name : new String[] {"idNo", "userName", "ecToken"}) {
                System.out.println(name + "=" + member(element(answer, "out_put"), name));
            }
        }
    }
}
