// 医保读卡示例（C#，.NET Framework 2.0 以上、.NET 5 以上、mono）。
//
//     MpsExample 03                  读社会保障卡
//     MpsExample 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
//
// 最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。源文件是 UTF-8。
// 退出码：0 读到了病人；1 没有读到，不得使用任何病人的信息；2 没有应答。
// 与 Json.cs 一起编译：csc /platform:x86 MpsExample.cs Json.cs
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using System.Xml;

static class MpsExample
{
    // 应答成功，却不能使用：不得采用其中任何内容。
    class UnusableException : Exception
    {
        public UnusableException(string why) : base(why + "，没有采用；请重试，仍不成功请联系信息科") { }
    }

    // byte[] 直接传内存，不经过系统的 ANSI 编码，任何语言的 Windows 上都一样。
    [DllImport("mps_client.dll", EntryPoint = "MPS_Call", ExactSpelling = true,
               CallingConvention = CallingConvention.StdCall)]
    static extern int MPS_Call(byte[] req, [In, Out] byte[] resp);

    // 包含 GBK，还有四字节的生僻字。在 .NET 5 以上，程序启动时先执行
    // Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
    static readonly Encoding Gbk = Encoding.GetEncoding("GB18030");

    static string Call(string request, int size)
    {
        byte[] req = Gbk.GetBytes(request + "\0");
        // 用空格填满、以 0 结尾：动态库由此知道 resp 有多大。放不下时应答是一份说明原因的失败报文；
        // 不要换个更大的缓冲区自动重试：卡会再读一次，码会再用一次。
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

    static XmlElement ParseXml(string answer)
    {
        XmlDocument document = new XmlDocument();
        document.XmlResolver = null;
        try
        {
            document.LoadXml(answer);
        }
        catch (XmlException)
        {
            throw new UnusableException("应答不是完整的 XML");
        }
        return document.DocumentElement;
    }

    // parent 的子元素 name 的文字，例如 Header 的 msg；没有则为空。
    static string Element(XmlElement answer, string parent, string name)
    {
        XmlElement part = answer[parent];
        XmlElement field = part == null ? null : part[name];
        return field == null ? "" : field.InnerText;
    }

    static Dictionary<string, object> ParseObject(string text)
    {
        try
        {
            return Json.ParseObject(text);
        }
        catch (FormatException)
        {
            throw new UnusableException("out_put 不是完整的 JSON");
        }
    }

    static Dictionary<string, string> Card(XmlElement answer)
    {
        Dictionary<string, string> card = new Dictionary<string, string>();
        foreach (string name in new string[] { "idcard_no", "card_no", "name", "card_code" })
            card[name] = Element(answer, "Body", name).Trim();
        if (card["name"] == "" || card["idcard_no"] == "" && card["card_no"] == "")
            throw new UnusableException("应答中没有病人的姓名或号码");
        return card;
    }

    static Dictionary<string, string> Voucher(XmlElement answer)
    {
        Dictionary<string, object> output = ParseObject(Element(answer, "Body", "out_put"));
        if (Json.Text(output, "code") != "0") // 有的中心写 "0"，有的写 0
            throw new UnusableException("out_put 的 code 不是 0");
        object data;
        output.TryGetValue("data", out data);
        if (data is string) // 有的中心把 data 写成装着 JSON 的字符串
            data = ParseObject((string)data);
        Dictionary<string, object> members = data as Dictionary<string, object>;
        if (members == null) // null、没有，或是别的
            members = new Dictionary<string, object>();
        Dictionary<string, string> holder = new Dictionary<string, string>();
        foreach (string name in new string[] { "idNo", "userName", "ecToken" })
            holder[name] = Json.Text(members, name);
        if (holder["idNo"] == "")
            holder["idNo"] = Json.Text(members, "aac002");
        if (holder.ContainsValue(""))
            throw new UnusableException("应答中没有病人的姓名或号码");
        return holder;
    }

    // 调用一次，显示 funid、result、msg，返回病人；失败时返回 null，原因在 msg。
    static Dictionary<string, string> ReadPatient(string type, string code, int size)
    {
        XmlElement answer = ParseXml(Call(Request(type, code), size));
        foreach (string name in new string[] { "funid", "result", "msg" })
            Console.WriteLine(name + "=" + Element(answer, "Header", name));
        if (Element(answer, "Header", "result") != "0") // 0 成功，其他失败
            return null;
        return type == "03" ? Card(answer) : Voucher(answer);
    }

    static int Main(string[] args)
    {
        string type = args.Length > 0 ? args[0] : "03"; // mdtrt_cert_type
        string code = args.Length > 1 ? args[1] : "";
        int size = args.Length > 2 ? int.Parse(args[2]) : 8192;

        Dictionary<string, string> patient;
        try
        {
            patient = ReadPatient(type, code, size);
        }
        catch (UnusableException e)
        {
            Console.WriteLine("error=" + e.Message);
            return 1;
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine("error=" + e.Message);
            return 2;
        }
        if (patient == null)
            return 1;
        foreach (KeyValuePair<string, string> field in patient)
            Console.WriteLine(field.Key + "=" + field.Value);
        return 0;
    }
}
