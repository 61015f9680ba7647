// 医保读卡示例（C#，.NET Framework 2.0 以上、.NET 5 以上、mono）。
//
//     MpsExample 03                  读社会保障卡
//     MpsExample 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
//
// 最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。源文件是 UTF-8。
using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

static class MpsExample
{
    // byte[] 直接传内存，不经过系统的 ANSI 编码，任何语言的 Windows 上都一样。
    [DllImport("mps_client.dll", EntryPoint = "MPS_Call", ExactSpelling = true,
               CallingConvention = CallingConvention.StdCall)]
    static extern int MPS_Call(byte[] req, [In, Out] byte[] resp);

    // GBK。在 .NET 5 以上，程序启动时先执行
    // Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
    static readonly Encoding Gbk = Encoding.GetEncoding(936);

    static string Call(string request, int size)
    {
        byte[] req = Gbk.GetBytes(request + "\0");
        // 用空格填满、以 0 结尾：动态库由此知道 resp 有多大。
        byte[] resp = Gbk.GetBytes(new string(' ', size - 1) + "\0");
        int ret = MPS_Call(req, resp);
        if (ret != 0)
            throw new InvalidOperationException("MPS_Call 返回 " + ret);
        return Gbk.GetString(resp, 0, Array.IndexOf(resp, (byte)0));
    }

    static string Request(string type, string code)
    {
        if (code != "")
            code = "<ec_qr_code>" + SecurityElement.Escape(code) + "</ec_qr_code>";
        return "<?xml version=\"1.0\" encoding=\"GBK\" ?>" +
            "<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>" +
            "<Body><mdtrt_cert_type>" + type + "</mdtrt_cert_type>" + code + "</Body></request>";
    }

    static string Element(XmlDocument answer, string name)
    {
        XmlNodeList found = answer.GetElementsByTagName(name);
        return found.Count == 0 ? "" : found[0].InnerText;
    }

    // 示例不依赖 JSON 库；正式程序请用 JSON 库解析 out_put。
    static string Member(string json, string name)
    {
        return Regex.Match(json, "\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").Groups[1].Value;
    }

    static void Show(string name, string value)
    {
        Console.WriteLine(name + "=" + value);
    }

    static int Main(string[] args)
    {
        string type = args.Length > 0 ? args[0] : "03"; // mdtrt_cert_type
        string code = args.Length > 1 ? args[1] : "";
        int size = args.Length > 2 ? int.Parse(args[2]) : 8192;

        XmlDocument answer = new XmlDocument();
        answer.XmlResolver = null;
        answer.LoadXml(Call(Request(type, code), size));

        foreach (string name in new string[] { "funid", "result", "msg" })
            Show(name, Element(answer, name));
        if (Element(answer, "result") != "0") // 0 成功，其他失败，原因在 msg
            return 1;
        if (type == "03")
        {
            foreach (string name in new string[] { "idcard_no", "card_no", "name", "card_code" })
                Show(name, Element(answer, name));
        }
        else
        {
            foreach (string name in new string[] { "idNo", "userName", "ecToken" })
                Show(name, Member(Element(answer, "out_put"), name));
        }
        return 0;
    }
}
